#include "runtime/table_store.h"

#include <cstring>
#include <tuple>

#include "runtime/key_codec.h"

namespace cep::runtime {

TableStore::TableStore(const plan::Plan& plan) : plan_(plan) {
  for (size_t t = 0; t < plan.tables.size(); ++t) tables_.push_back(std::make_shared<Rows>());
}

void TableStore::join(int number, TableStore* before, int old, bool replace) {
  if (replace) *before->tables_[old] = std::move(*tables_[number]);
  tables_[number] = before->tables_[old];
}

const event::Row* TableStore::find(int table, const Value* key, size_t n) const {
  thread_local std::string text;
  text.clear();
  for (size_t i = 0; i < n; ++i) append_key(key[i], &text);
  const Rows& rows = *tables_[table];
  auto at = rows.by_key.find(text);
  return at == rows.by_key.end() ? nullptr : at->second.row();
}

// Fills key_. False if a key field is null.
bool TableStore::key_of(int table, const event::Row& row) {
  const plan::Table& t = plan_.tables[table];
  key_.clear();
  for (uint16_t slot : t.key) {
    if (row.is_null(slot)) return false;
    append_key(row.get(slot, t.schema.fields[slot].type), &key_);
  }
  return true;
}

void TableStore::put(const event::Row& row, Block* block, Rows* rows) {
  rows->rows += block->words == nullptr;
  block->words.reset(new uint64_t[row.size / 8]);
  std::memcpy(block->words.get(), &row, row.size);
}

bool TableStore::apply(int table, const event::Row& row, bool remove) {
  if (!key_of(table, row)) return false;
  Rows& rows = *tables_[table];
  if (!remove) {
    put(row, &rows.by_key[key_], &rows);
    return true;
  }
  auto at = rows.by_key.find(key_);
  if (at == rows.by_key.end()) return true;
  rows.rows -= at->second.words != nullptr;
  at->second.words.reset();
  // What came from a stream is remembered: a row of it that is older still must not come back.
  if (at->second.time == INT64_MIN) rows.by_key.erase(at);
  return true;
}

void TableStore::put_latest(int table, const event::Row& row) {
  if (!key_of(table, row)) return;
  Rows& rows = *tables_[table];
  Block& block = rows.by_key[key_];
  if (std::tie(row.time, row.position) < std::tie(block.time, block.position)) return;
  block.time = row.time;
  block.position = row.position;
  put(row, &block, &rows);
}

}  // namespace cep::runtime

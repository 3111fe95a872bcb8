#include "runtime/table_store.h"

#include <cstring>

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
  auto at = tables_[table]->find(text);
  return at == tables_[table]->end() ? nullptr : at->second.row();
}

bool TableStore::apply(int table, const event::Row& row, bool remove) {
  const plan::Table& t = plan_.tables[table];
  key_.clear();
  for (uint16_t slot : t.key) {
    if (row.is_null(slot)) return false;
    append_key(row.get(slot, t.schema.fields[slot].type), &key_);
  }
  if (remove) {
    tables_[table]->erase(key_);
    return true;
  }
  Block block;
  block.words.reset(new uint64_t[row.size / 8]);
  std::memcpy(block.words.get(), &row, row.size);
  (*tables_[table])[key_] = std::move(block);
  return true;
}

}  // namespace cep::runtime

#include "runtime/table_store.h"

#include "runtime/key_codec.h"

namespace cep::runtime {

TableStore::TableStore(const plan::Plan& plan) : plan_(plan) {
  for (size_t t = 0; t < plan.tables.size(); ++t) tables_.push_back(std::make_shared<TableRows>());
}

void TableStore::join(int number, TableStore* before, int old, bool replace) {
  if (replace) before->tables_[old]->take(tables_[number].get());
  tables_[number] = before->tables_[old];
}

void TableStore::drop(int number) {
  TableRows none;
  tables_[number]->take(&none);
}

const event::Row* TableStore::find(int table, const Value* key, size_t n, uint64_t position) const {
  thread_local std::string text;
  text.clear();
  for (size_t i = 0; i < n; ++i) append_key(key[i], &text);
  return tables_[table]->find(text, position);
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

bool TableStore::apply(int table, const event::Row& row, bool remove, uint64_t position) {
  if (!key_of(table, row)) return false;
  tables_[table]->put(key_, remove ? nullptr : &row, position, batch_);
  return true;
}

void TableStore::put_latest(int table, const event::Row& row, uint64_t position) {
  if (key_of(table, row)) tables_[table]->put_latest(key_, row, position, batch_);
}

void TableStore::forget(uint64_t done) {
  for (auto& rows : tables_) rows->forget(done, batch_);
}

void TableStore::forget_all() {
  for (auto& rows : tables_) rows->forget_all();
}

uint64_t TableStore::retired_bytes() const {
  uint64_t bytes = 0;
  for (const auto& rows : tables_) bytes += rows->retired_bytes();
  return bytes;
}

}  // namespace cep::runtime

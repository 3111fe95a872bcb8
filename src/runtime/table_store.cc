#include "runtime/table_store.h"

#include "state/key_codec.h"
#include "state/row_codec.h"

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
  for (size_t i = 0; i < n; ++i) state::append_key(key[i], &text);
  return tables_[table]->find(text, position);
}

// Fills key_. False if a key field is null.
bool TableStore::key_of(int table, const event::Row& row) {
  const plan::Table& t = plan_.tables[table];
  key_.clear();
  for (uint16_t slot : t.key) {
    if (row.is_null(slot)) return false;
    state::append_key(row.get(slot, t.schema.fields[slot].type), &key_);
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

void TableStore::save(state::StateWriter* out) const {
  for (size_t t = 0; t < tables_.size(); ++t) {
    state::RowCodec rows;
    rows.add_input(plan_.tables[t].schema);
    tables_[t]->for_each([&](const TableRows::Kept& kept) {
      const auto& [key, row, position, of_stream, stream_time, stream_position] = kept;
      state::Encoder& entry = out->entry(static_cast<uint32_t>(t) + 1, state::Part::kTable, key);
      entry.number(position);
      entry.flag(of_stream);
      entry.whole(stream_time);
      entry.number(stream_position);
      entry.flag(row != nullptr);
      if (row) rows.write(*row, &entry);
    });
  }
}

Status TableStore::load(const state::StateReader& in, uint64_t last) {
  for (size_t t = 0; t < tables_.size(); ++t)
    if (const Status status = load_table(static_cast<int>(t), in, last); !status.ok()) return status;
  forget_all();
  return {};
}

Status TableStore::load_table(int table, const state::StateReader& in, uint64_t last) {
  state::RowCodec rows;
  rows.add_input(plan_.tables[table].schema);
  TableRows read;
  const uint32_t op = static_cast<uint32_t>(table) + 1;
  const Status status = in.each(op, state::Part::kTable, [&](std::string_view key, state::Decoder* entry) -> Status {
    TableRows::Kept kept;
    kept.key = key;
    kept.position = entry->number();
    kept.of_stream = entry->flag();
    kept.stream_time = entry->whole();
    kept.stream_position = entry->number();
    if (entry->flag()) kept.row = rows.read(entry);
    else if (!kept.of_stream) entry->fail();
    // What the line before brought holds from the next one on.
    if (!entry->ok() || kept.position > last + 1) return state::damaged(op, state::Part::kTable);
    read.put_back(kept);
    return {};
  });
  if (status.ok()) tables_[table]->take(&read);
  return status;
}

uint64_t TableStore::retired_bytes() const {
  uint64_t bytes = 0;
  for (const auto& rows : tables_) bytes += rows->retired_bytes();
  return bytes;
}

}  // namespace cep::runtime

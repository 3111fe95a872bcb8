// The rows of all tables: what expressions look up, each at its own position of the input. One store serves ingest and all shards: the ingest thread updates it
// as lines come, without waiting for the shards (table_rows.h), and find() is for any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "event/row.h"
#include "expr/program.h"
#include "plan/plan.h"
#include "runtime/table_rows.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::runtime {

class TableStore {
 public:
  explicit TableStore(const plan::Plan& plan);

  // The row with this key as it stands at `position`; null: there is none. Good until the batch of that position has been worked.
  const event::Row* find(int table, const Value* key, size_t n, uint64_t position) const;

  // From `position` on, no less than any before: the row (its fields in the table's order) or, with `remove`, none of its key. False if a key field is null; nothing is done then.
  bool apply(int table, const event::Row& row, bool remove, uint64_t position);
  // From `position` on a row of the stream that the table is made from, unless one of its key has come from there that is later by (event time, position): also where that one has
  // been taken away or overwritten by apply() since. A row with a null in its key is dropped.
  void put_latest(int table, const event::Row& row, uint64_t position);

  // The updating thread says where it is: the number of the batch that it fills; and that all shards have worked the batches before number `done`.
  void begin_batch(uint64_t number) { batch_ = number; }
  void forget(uint64_t done);
  // Nobody is at work.
  void forget_all();
  // Of rows that are kept for look-ups at earlier positions alone.
  uint64_t retired_bytes() const;

  // The rows of all tables (state/part.h). REQUIRES nobody is at work, forget_all() was called.
  void save(state::StateWriter* out) const;
  // In the place of what there was, of a state at position `last`. REQUIRES nobody has looked up. An error: the state is none that a store of these tables saved.
  Status load(const state::StateReader& in, uint64_t last);

  size_t size(int table) const { return tables_[table]->size(); }
  // The memory of a table.
  uint64_t bytes(int table) const { return tables_[table]->bytes(); }

  // Table `number` is from here on the one that `before` has as its number `old`: both stores, and whoever reads either, see the same rows. With `replace` the rows that
  // it has here take the place of those there. REQUIRES nobody is at work.
  void join(int number, TableStore* before, int old, bool replace);
  // Drops the rows of a table that does not go on, for all who share it; their memory too. REQUIRES nobody is at work.
  void drop(int number);

 private:
  bool key_of(int table, const event::Row& row);
  Status load_table(int table, const state::StateReader& in, uint64_t last);

  const plan::Plan& plan_;  // REQUIRES it stays as long as rows are applied
  std::vector<std::shared_ptr<TableRows>> tables_;
  uint64_t batch_ = 0;
  std::string key_;
};

// The tables as one who works sees them: at the position that it has said last. Its own thread's.
class TableView final : public expr::Tables {
 public:
  explicit TableView(const TableStore* store) : store_(store) {}
  void see_at(uint64_t position) { position_ = position; }
  const event::Row* find(int table, const Value* key, size_t n) const override { return store_->find(table, key, n, position_); }

 private:
  const TableStore* store_;
  uint64_t position_ = 0;
};

}  // namespace cep::runtime

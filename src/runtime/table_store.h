// The rows of all tables, by key: what expressions look up. One store serves ingest and all shards: find() is for any thread; updates are applied between batches, when
// everything before them in the input has been worked and no shard is at work (language.md, "table").
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "event/row.h"
#include "expr/program.h"
#include "plan/plan.h"

namespace cep::runtime {

class TableStore : public expr::Tables {
 public:
  explicit TableStore(const plan::Plan& plan);

  const event::Row* find(int table, const Value* key, size_t n) const override;

  // Puts the row (its fields in the table's order) or, with `remove`, takes away the row of its key. False if a key field is null; nothing is done then.
  bool apply(int table, const event::Row& row, bool remove);
  // Puts a row of the stream that the table is made from, unless one of its key has come from there that is later by (event time, position): also where that one has been taken
  // away or overwritten by apply() since. A row with a null in its key is dropped.
  void put_latest(int table, const event::Row& row);

  size_t size(int table) const { return tables_[table]->rows; }

  // Table `number` is from here on the one that `before` has as its number `old`: both stores, and whoever reads either, see the same rows. With `replace` the rows that
  // it has here take the place of those there.
  void join(int number, TableStore* before, int old, bool replace);
  // Drops the rows of a table that does not go on, for all who share it; their memory too.
  void drop(int number) { *tables_[number] = Rows(); }

 private:
  struct Block {
    std::unique_ptr<uint64_t[]> words;  // of the row; null: it has been taken away
    // Of the latest row of the stream.
    int64_t time = INT64_MIN;
    uint64_t position = 0;
    const event::Row* row() const { return reinterpret_cast<const event::Row*>(words.get()); }
  };
  struct Rows {
    boost::unordered_flat_map<std::string, Block> by_key;
    size_t rows = 0;  // without those that are away
  };
  bool key_of(int table, const event::Row& row);
  static void put(const event::Row& row, Block* block, Rows* rows);

  const plan::Plan& plan_;  // REQUIRES it stays as long as rows are applied
  std::vector<std::shared_ptr<Rows>> tables_;
  std::string key_;
};

}  // namespace cep::runtime

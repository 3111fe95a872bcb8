// The rows of a lane that meets them in the order of event time: those that wait in its sorter and, while a batch is worked, those of it that were written aside (row_spool.h).
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/row_spool.h"
#include "runtime/sorter.h"
#include "runtime/waiting_bytes.h"

namespace cep::runtime {

class DueRows {
 public:
  explicit DueRows(BlockPool* pool) : sorter_(pool) {}

  // Takes over the row.
  void push(WaitingRow* row) {
    bytes_.add(*row);
    sorter_.push(row);
  }
  void take_spilled(std::unique_ptr<RowMerge> rows) { spilled_ = std::move(rows); }
  // See Sorter.
  void go_on(BlockPool* pool, const std::vector<int>& node_now) { sorter_.go_on(pool, node_now); }
  // Those in memory, as Sorter::rows. REQUIRES no batch is being worked: then they are all.
  std::vector<const WaitingRow*> rows() const { return sorter_.rows(); }
  // In memory.
  size_t waiting() const { return sorter_.size(); }
  uint64_t bytes() const { return bytes_.get(); }

  // The least time that waits; INT64_MAX if none does.
  int64_t next_time();
  // Goes to the rows of that time, of which `decided` lets all go that came before it.
  void begin(uint64_t decided);
  // The next of them, which the caller ends with release_row; null: there are no more.
  WaitingRow* next();
  // The batch is worked: what was written aside and is not due yet waits in memory.
  void settle();

 private:
  bool has_spilled() const { return spilled_ && !spilled_->empty(); }

  Sorter sorter_;
  WaitingBytes bytes_;
  std::unique_ptr<RowMerge> spilled_;
  std::vector<WaitingRow*> due_;
  size_t at_ = 0;
  int64_t time_ = 0;
  uint64_t decided_ = 0;
};

}  // namespace cep::runtime

#include "runtime/due_rows.h"

#include <algorithm>

namespace cep::runtime {

int64_t DueRows::next_time() {
  const int64_t time = sorter_.next_time();
  return has_spilled() ? std::min(time, spilled_->first().row().time) : time;
}

void DueRows::begin(uint64_t decided) {
  time_ = next_time();
  decided_ = decided;
  due_.clear();
  at_ = 0;
  if (sorter_.size() > 0 && sorter_.next_time() == time_) sorter_.pop(&due_);
  if (due_.size() > 1) order_rows_of_one_time(&due_, decided);
}

WaitingRow* DueRows::next() {
  const bool in_memory = at_ < due_.size();
  if (has_spilled() && spilled_->first().row().time == time_ &&
      (!in_memory || goes_before(RowOrigin(spilled_->first()), RowOrigin(*due_[at_]), decided_)))
    return spilled_->take();
  if (!in_memory) return nullptr;
  bytes_.remove(*due_[at_]);
  return due_[at_++];
}

void DueRows::settle() {
  while (has_spilled()) push(spilled_->take());
  spilled_.reset();
}

}  // namespace cep::runtime

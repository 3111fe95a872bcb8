#include "operators/join/row_list.h"

#include <algorithm>

#include "base/check.h"

namespace cep::operators {

RowList::Entry* RowList::lower_bound(int64_t time) {
  return std::lower_bound(begin(), end(), time, [](const Entry& e, int64_t t) { return e.time < t; });
}

void RowList::insert(const event::Row& row, bool paired, RowStore* store) {
  const Entry entry{row.time, store->copy(row), paired};
  if (entries_.size() == entries_.capacity() && head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
  if (empty() || entries_.back().time <= row.time) return entries_.push_back(entry);
  const auto first = entries_.begin() + static_cast<ptrdiff_t>(head_);
  const auto at = std::upper_bound(first, entries_.end(), row.time,
                                   [](int64_t time, const Entry& e) { return time < e.time; });
  entries_.insert(at, entry);
}

void RowList::pop_front(RowStore* store) {
  CEP_CHECK(!empty());
  store->release(entries_[head_].row);
  if (++head_ < entries_.size()) return;
  entries_.clear();
  head_ = 0;
}

void RowList::write(const state::RowCodec& rows, state::Encoder* out) const {
  out->number(entries_.size() - head_);
  for (size_t i = head_; i < entries_.size(); ++i) {
    const auto& [time, row, paired] = entries_[i];
    out->flag(paired);
    rows.write(*row, out);
  }
}

bool RowList::read(uint16_t input, state::RowCodec* rows, RowStore* store, state::Decoder* in) {
  for (size_t n = in->count(); n > 0; --n) {
    const bool paired = in->flag();
    const event::Row* row = rows->read(in);
    if (row == nullptr || row->input != input || (!empty() && entries_.back().time > row->time)) return false;
    insert(*row, paired, store);
  }
  return in->ok();
}

void RowList::clear(RowStore* store) {
  while (!empty()) pop_front(store);
}

}  // namespace cep::operators

// The rows of one side of a join for one key, in the order of (time, arrival), each copied into the operator's own
// store. Rows come nearly in order of time and go in order of time: pushing at the end and popping at the front cost
// nothing but the copy; a row that comes out of order moves those after it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "event/row.h"
#include "operators/pattern/block_pool.h"
#include "state/row_codec.h"

namespace cep::operators {

// Where the rows of all keys lie. When nothing is kept any more its memory goes back to the system.
class RowStore {
 public:
  const event::Row* copy(const event::Row& row) {
    ++rows_;
    void* block = pool_->allocate(row.size);
    std::memcpy(block, &row, row.size);
    if (pool_->used_bytes() > peak_) peak_ = pool_->used_bytes();
    return static_cast<const event::Row*>(block);
  }
  void release(const event::Row* row) {
    --rows_;
    pool_->release(const_cast<event::Row*>(row), row->size);
  }
  // Gives empty slabs back if there were many. REQUIRES rows() == 0.
  void give_back() {
    if (peak_ <= kKept) return;
    pool_ = std::make_unique<BlockPool>();
    peak_ = 0;
  }
  uint64_t rows() const { return rows_; }
  uint64_t bytes() const { return pool_->used_bytes(); }

 private:
  static constexpr uint64_t kKept = 1 << 20;
  std::unique_ptr<BlockPool> pool_ = std::make_unique<BlockPool>();
  uint64_t rows_ = 0;
  uint64_t peak_ = 0;
};

class RowList {
 public:
  struct Entry {
    int64_t time;
    const event::Row* row;
    bool paired;  // has found a partner (interval joins, side A)
  };

  bool empty() const { return head_ == entries_.size(); }
  Entry* begin() { return entries_.data() + head_; }
  Entry* end() { return entries_.data() + entries_.size(); }
  const Entry& front() const { return entries_[head_]; }
  // The first row at `time` or later. Valid until the next change, as all pointers into the list.
  Entry* lower_bound(int64_t time);

  void insert(const event::Row& row, bool paired, RowStore* store);
  // REQUIRES !empty().
  void pop_front(RowStore* store);
  void write(const state::RowCodec& rows, state::Encoder* out) const;
  // Into an empty list, of side `input`. False if they are none of it.
  bool read(uint16_t input, state::RowCodec* rows, RowStore* store, state::Decoder* in);
  // Gives all rows back; to be called before the list goes.
  void clear(RowStore* store);
  uint64_t bytes() const { return entries_.capacity() * sizeof(Entry); }

 private:
  std::vector<Entry> entries_;  // those before head_ are gone
  size_t head_ = 0;
};

}  // namespace cep::operators

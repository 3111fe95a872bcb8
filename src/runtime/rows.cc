#include "runtime/rows.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.h"

namespace cep::runtime {

BlockStore::~BlockStore() {
  CEP_CHECK(out_ == 0);
  for (RowBlock* block : free_) delete block;
}

RowBlock* BlockStore::take(size_t bytes) {
  RowBlock* block = nullptr;
  {
    std::lock_guard lock(mutex_);
    ++out_;
    if (bytes <= RowBlock::kBytes && !free_.empty()) {
      block = free_.back();
      free_.pop_back();
    }
  }
  if (!block) {
    block = new RowBlock;
    block->capacity = std::max(bytes, RowBlock::kBytes);
    block->bytes.reset(new char[block->capacity]);
  }
  block->used = 0;
  block->uses.store(RowBlock::kOpen, std::memory_order_relaxed);
  return block;
}

void BlockStore::recycle(RowBlock* block) {
  constexpr size_t kKept = 64;
  {
    std::lock_guard lock(mutex_);
    --out_;
    if (block->capacity == RowBlock::kBytes && free_.size() < kKept) {
      free_.push_back(block);
      return;
    }
  }
  delete block;
}

WaitingRow* RowWriter::copy(const event::Row& row, uint32_t lane, uint32_t route, event::Label* label) {
  size_t bytes = sizeof(WaitingRow) + row.size;
  if (!block_ || block_->capacity - block_->used < bytes) {
    seal();
    block_ = store_->take(bytes);
  }
  WaitingRow* out = new (block_->bytes.get() + block_->used) WaitingRow{block_, label, lane, route};
  std::memcpy(static_cast<void*>(out + 1), &row, row.size);
  block_->used += bytes;
  ++rows_;
  return out;
}

// No row is added any more: only its rows are uses from here on.
void RowWriter::seal() {
  if (block_) store_->release(block_, RowBlock::kOpen - rows_);
  block_ = nullptr;
  rows_ = 0;
}

}  // namespace cep::runtime

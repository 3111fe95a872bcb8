#include "runtime/rows.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace cep::runtime {

BlockPool::~BlockPool() {
  for (RowBlock* block : free_) delete block;
}

RowBlock* BlockPool::take(size_t bytes) {
  RowBlock* block = nullptr;
  if (bytes <= RowBlock::kBytes && !free_.empty()) {
    block = free_.back();
    free_.pop_back();
  } else {
    block = new RowBlock;
    block->capacity = std::max(bytes, RowBlock::kBytes);
    block->bytes.reset(new char[block->capacity]);
  }
  block->used = 0;
  block->uses = 1;
  return block;
}

void BlockPool::recycle(RowBlock* block) {
  constexpr size_t kKept = 64;
  if (block->capacity == RowBlock::kBytes && free_.size() < kKept) free_.push_back(block);
  else delete block;
}

WaitingRow* RowWriter::copy(const event::Row& row, uint32_t lane, const event::Label* label) {
  size_t bytes = sizeof(WaitingRow) + row.size;
  if (!block_ || block_->capacity - block_->used < bytes) {
    if (block_) pool_->release(block_);
    block_ = pool_->take(bytes);
  }
  WaitingRow* out = new (block_->bytes.get() + block_->used) WaitingRow{block_, label, lane};
  std::memcpy(static_cast<void*>(out + 1), &row, row.size);
  block_->used += bytes;
  ++block_->uses;
  return out;
}

}  // namespace cep::runtime

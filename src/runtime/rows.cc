#include "runtime/rows.h"

#include <algorithm>
#include <cstring>

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

const event::Row* RowWriter::copy(const event::Row& row, RowBlock** block) {
  if (!block_ || block_->capacity - block_->used < row.size) {
    if (block_) pool_->release(block_);
    block_ = pool_->take(row.size);
  }
  char* at = block_->bytes.get() + block_->used;
  std::memcpy(at, &row, row.size);
  block_->used += row.size;
  ++block_->uses;
  *block = block_;
  return reinterpret_cast<const event::Row*>(at);
}

}  // namespace cep::runtime

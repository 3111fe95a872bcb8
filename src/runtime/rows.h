// Rows on their way: blocks of bytes that many rows share, and references to rows for one lane. A block lives as long as a row of it waits.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "event/label.h"
#include "event/row.h"

namespace cep::runtime {

class BlockPool;

// Bytes of rows; they do not move. `uses` counts the references to its rows plus its writer.
struct RowBlock {
  static constexpr size_t kBytes = 64 << 10;
  std::unique_ptr<char[]> bytes;
  size_t capacity = 0;
  size_t used = 0;
  uint32_t uses = 0;
};

class BlockPool {
 public:
  ~BlockPool();
  // A block with room for `bytes`; uses = 1 (the writer's).
  RowBlock* take(size_t bytes);
  void release(RowBlock* block) {
    if (--block->uses == 0) recycle(block);
  }

 private:
  void recycle(RowBlock* block);
  std::vector<RowBlock*> free_;
};

// A row for one lane. Derived rows carry the label under which they were made.
struct RowRef {
  const event::Row* row = nullptr;
  RowBlock* block = nullptr;
  uint32_t lane = 0;
  std::unique_ptr<event::Label> label;
};

// Copies rows into blocks. One writer per (maker, shard).
class RowWriter {
 public:
  explicit RowWriter(BlockPool* pool) : pool_(pool) {}
  RowWriter(RowWriter&& other) noexcept : pool_(other.pool_), block_(other.block_) { other.block_ = nullptr; }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  ~RowWriter() {
    if (block_) pool_->release(block_);
  }

  // A copy of the row; *block gets one use more, which the caller owns.
  const event::Row* copy(const event::Row& row, RowBlock** block);

 private:
  BlockPool* pool_;
  RowBlock* block_ = nullptr;
};

}  // namespace cep::runtime

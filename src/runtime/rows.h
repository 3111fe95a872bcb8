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

// A row that waits for one lane: a header in front of the row's bytes, so that lists of them need no memory of their own. Derived rows carry the label under which
// they were made.
struct WaitingRow {
  RowBlock* block = nullptr;            // one use of it
  const event::Label* label = nullptr;  // owned; null for source rows
  uint64_t lane = 0;

  const event::Row& row() const { return *reinterpret_cast<const event::Row*>(this + 1); }
  event::Row& row() { return *reinterpret_cast<event::Row*>(this + 1); }
};
static_assert(sizeof(WaitingRow) % 8 == 0);

// Ends its wait: frees the label and the use of the block.
inline void release_row(WaitingRow* waiting, BlockPool* pool) {
  delete waiting->label;
  pool->release(waiting->block);
}

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

  // A copy of the row, for `lane`; takes over the label. The caller owns it and ends it with release_row.
  WaitingRow* copy(const event::Row& row, uint32_t lane, const event::Label* label = nullptr);

 private:
  BlockPool* pool_;
  RowBlock* block_ = nullptr;
};

}  // namespace cep::runtime

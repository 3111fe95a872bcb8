// Rows on their way: blocks of bytes that many rows share, and references to rows for one lane. A block lives as long as a row of it waits.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "event/label.h"
#include "event/row.h"

namespace cep::runtime {

class BlockStore;

// Bytes of rows; they do not move. One thread fills it, any may let go of its rows.
struct RowBlock {
  static constexpr size_t kBytes = 64 << 10;
  static constexpr uint32_t kOpen = 1u << 31;
  std::unique_ptr<char[]> bytes;
  size_t capacity = 0;
  size_t used = 0;                   // the writer's
  std::atomic<uint32_t> uses{kOpen};  // rows that still wait; while it is being written kOpen less the rows already let go of
};

// The blocks that nobody uses. Any thread.
class BlockStore {
 public:
  BlockStore() = default;
  BlockStore(const BlockStore&) = delete;
  BlockStore& operator=(const BlockStore&) = delete;
  // REQUIRES that all blocks have come back: a row that nobody let go of is a broken invariant.
  ~BlockStore();
  // A block with room for `bytes`, open for writing.
  RowBlock* take(size_t bytes);
  // Lets go of n uses; the last one gives the block back.
  void release(RowBlock* block, uint32_t n) {
    if (block->uses.fetch_sub(n, std::memory_order_acq_rel) == n) recycle(block);
  }

 private:
  void recycle(RowBlock* block);
  std::mutex mutex_;
  std::vector<RowBlock*> free_;
  uint64_t out_ = 0;  // taken and not come back
};

// One thread's way to the store. Rows mostly end in the order in which they lie, so their uses are settled by the block and not by the row.
class BlockPool {
 public:
  explicit BlockPool(BlockStore* store) : store_(store) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool() { settle(); }

  BlockStore* store() const { return store_; }
  // One row of the block has ended.
  void release(RowBlock* block) {
    if (block != last_) settle();
    last_ = block;
    ++ended_;
  }
  // Tells the store of what has ended, lest a block wait for it. To be called when a piece of work is done.
  void settle() {
    if (ended_ > 0) store_->release(last_, ended_);
    last_ = nullptr;
    ended_ = 0;
  }

 private:
  BlockStore* store_;
  RowBlock* last_ = nullptr;
  uint32_t ended_ = 0;  // rows of last_
};

// A row that waits for one lane: a header in front of the row's bytes, so that lists of them need no memory of their own. Derived rows carry the label under which
// they were made.
struct WaitingRow {
  RowBlock* block = nullptr;      // one use of it
  event::Label* label = nullptr;  // owned; null for rows of sources
  uint32_t lane = 0;
  uint32_t route = 0;             // on which it came to the lane (plan/routes.h)

  const event::Row& row() const { return *reinterpret_cast<const event::Row*>(this + 1); }
  event::Row& row() { return *reinterpret_cast<event::Row*>(this + 1); }
};
static_assert(sizeof(WaitingRow) % 8 == 0);

// Ends its wait: frees the label and the use of the block.
inline void release_row(WaitingRow* waiting, BlockPool* pool) {
  delete waiting->label;
  pool->release(waiting->block);
}

// Rows on their way together.
struct RowList {
  std::vector<WaitingRow*> rows;
  uint64_t bytes = 0;

  // That a row counts for, its place in the list and its label too.
  static uint64_t bytes_of(const WaitingRow& row) {
    return sizeof(WaitingRow*) + sizeof row + row.row().size + (row.label ? sizeof *row.label + row.label->key.size() : 0);
  }
  void push(WaitingRow* row) {
    rows.push_back(row);
    bytes += bytes_of(*row);
  }
  void clear() {
    rows.clear();
    bytes = 0;
  }
};

// Copies rows into blocks. One writer per (maker, shard); its own thread's.
class RowWriter {
 public:
  explicit RowWriter(BlockStore* store) : store_(store) {}
  RowWriter(RowWriter&& other) noexcept : store_(other.store_), block_(other.block_), rows_(other.rows_) { other.block_ = nullptr; }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  ~RowWriter() { seal(); }

  // A copy of the row, for `lane`; takes over the label. The caller owns it and ends it with release_row.
  WaitingRow* copy(const event::Row& row, uint32_t lane, uint32_t route = 0, event::Label* label = nullptr);

 private:
  void seal();

  BlockStore* store_;
  RowBlock* block_ = nullptr;
  uint32_t rows_ = 0;  // in block_
};

}  // namespace cep::runtime

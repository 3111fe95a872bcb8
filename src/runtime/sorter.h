// Puts the rows of a lane in the order of event time. One bucket per millisecond for the near future, a ring of them with a bitmap to find the next that is
// not empty; a tree for what lies beyond. Within a millisecond rows stay in the order in which they came. (A binary heap costs many times as much.) The ring is made of pages that
// are there as long as a row waits in them: a program may have thousands of lanes on each of many shards, and in most of them few rows wait.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/event_time.h"
#include "runtime/rows.h"

namespace cep::runtime {

class Sorter {
 public:
  explicit Sorter(BlockPool* pool);
  ~Sorter();
  Sorter(const Sorter&) = delete;
  Sorter& operator=(const Sorter&) = delete;

  // Goes on under another program (lane_state.h, LanePlace): the rows that wait go back to that pool in the end, and their labels say the numbers that their operators have there.
  void go_on(BlockPool* pool, const std::vector<int>& node_now);

  // Takes over the row.
  void push(WaitingRow* row);

  // The least time that waits; base::kEndOfTime if none does.
  int64_t next_time();

  // Moves all rows of that least time to *out, in the order in which they came. REQUIRES one waits.
  void pop(std::vector<WaitingRow*>* out);

  // All rows, in the order in which they would be taken. Good until the next call of anything that changes it.
  std::vector<const WaitingRow*> rows() const;

  size_t size() const { return size_; }
  // Held for rows to wait in, the rows themselves not counted.
  uint64_t bytes() const;

 private:
  static constexpr size_t kSpan = 1 << 14;  // milliseconds in the ring
  static constexpr uint32_t kNone = UINT32_MAX;
  // Rows of one bucket, in chunks of two cache lines: so that taking them out can fetch them ahead instead of going from one to the next.
  struct Chunk {
    WaitingRow* rows[15];
    uint32_t count;
    uint32_t next;
  };
  struct Bucket {
    uint32_t head = kNone, tail = kNone;
  };
  static constexpr size_t kPage = 256;        // buckets
  static constexpr size_t kPages = kSpan / kPage;
  static constexpr size_t kKeptChunks = 32;   // by an empty sorter
  struct Page {
    Bucket buckets[kPage];
    uint64_t bits[kPage / 64] = {};           // a bucket is not empty
    uint32_t used = 0;                        // buckets that are not empty
  };

  bool in_ring(int64_t time) const;
  void slide();
  void next_in_ring();
  uint32_t take_chunk();
  Page& page_of(size_t slot);
  void leave(size_t slot);
  void put_near(WaitingRow* row, int64_t time);
  void rebase(int64_t time);
  void refill();

  BlockPool* pool_;
  std::vector<Chunk> chunks_;
  uint32_t free_ = kNone;
  std::vector<std::unique_ptr<Page>> pages_;   // none before the first row; null: nothing waits there
  std::unique_ptr<Page> spare_;                // the page emptied last: rows in order go from one to the next
  int64_t base_ = 0;             // times base_ .. base_ + kSpan - 1 are in the ring, at time mod kSpan
  int64_t next_ = base::kEndOfTime;     // the least time in the ring, or a lower bound for the search
  size_t near_ = 0;              // rows in the ring
  size_t size_ = 0;
  std::map<int64_t, std::vector<WaitingRow*>> far_;  // before base_ and beyond the ring
};

}  // namespace cep::runtime

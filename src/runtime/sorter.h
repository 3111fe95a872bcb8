// Puts the rows of a lane in the order of event time. One bucket per millisecond for the near future, a ring of them with a bitmap to find the next that is
// not empty; a tree for what lies beyond. Within a millisecond rows stay in the order in which they came. (A binary heap costs many times as much.)
#pragma once
#include <cstdint>
#include <map>
#include <vector>

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

  // The least time that waits; INT64_MAX if none does.
  int64_t next_time();

  // Moves all rows of that least time to *out, in the order in which they came. REQUIRES one waits.
  void pop(std::vector<WaitingRow*>* out);

  size_t size() const { return size_; }

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

  bool in_ring(int64_t time) const;
  void slide();
  void next_in_ring();
  uint32_t take_chunk();
  void put_near(WaitingRow* row, int64_t time);
  void rebase(int64_t time);
  void refill();

  BlockPool* pool_;
  std::vector<Chunk> chunks_;
  uint32_t free_ = kNone;
  std::vector<Bucket> buckets_;
  std::vector<uint64_t> bits_;   // a bucket is not empty
  int64_t base_ = 0;             // times base_ .. base_ + kSpan - 1 are in the ring, at time mod kSpan
  int64_t next_ = INT64_MAX;     // the least time in the ring, or a lower bound for the search
  size_t near_ = 0;              // rows in the ring
  size_t size_ = 0;
  std::map<int64_t, std::vector<WaitingRow*>> far_;  // before base_ and beyond the ring
};

}  // namespace cep::runtime

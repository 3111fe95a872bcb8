// Compares the records that a replay makes again with those that one channel has recorded, byte for byte. The appending thread's; remaining() is anybody's.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/record.h"
#include "cep/status.h"
#include "output/frame_reader.h"
#include "output/scan.h"

namespace cep::output {

class Comparer {
 public:
  // The records of `segments`, as they are when the log is opened, up to `next`; they must stay until remaining() is 0.
  Comparer(base::Env* env, std::string dir, Channel channel, const std::vector<Segment>& segments, uint64_t next);

  uint64_t oldest() const { return oldest_; }  // == next(): none is kept
  uint64_t next() const { return next_; }  // of the first record that was not recorded
  // Records before this one do not come. REQUIRES seq <= next(), before any other call.
  void start_at(uint64_t seq) { made_.store(seq - 1, std::memory_order_release); }
  // Every record before next() comes once, in order from 1 (or start_at) on. One that is kept: compared. REQUIRES oldest() <= record.seq < next().
  Status check(const Record& record);
  // One that is kept no longer. There is nothing to compare it with, but a journal that does not make it is not this log's.
  void pass(uint64_t seq);
  // Records before next() that have not come.
  uint64_t remaining() const { return next_ - 1 - made_.load(std::memory_order_acquire); }

 private:
  struct Part {
    uint64_t first = 0, next = 0, bytes = 0, seed = 0;
  };
  Status read(uint64_t seq, FrameView* recorded);
  Status open(const Part& part);

  base::Env* env_;
  const std::string dir_;
  const Channel channel_;
  std::vector<Part> parts_;
  uint64_t oldest_, next_;
  size_t part_ = 0;                      // being read
  std::unique_ptr<FrameReader> reader_;  // null: none is open
  std::atomic<uint64_t> made_{0};        // records up to this one have come
};

}  // namespace cep::output

// How much may be on its way from the journal thread through ingest, shards and sequencer: as much as is worked off within a target time, whatever a line costs. Who comes next waits no
// longer than that behind what others have sent. Learnt from how long frames took: longer than the target, and the window closes; shorter while it was full, and it opens. It moves
// nothing but the moments at which lines are taken. A passive object, the journal thread's.
#pragma once
#include <cstdint>
#include <deque>

namespace cep::engine {

class WorkWindow {
 public:
  static constexpr uint64_t kFirstWork = 256'000;    // in nanoseconds as they are expected: what is let through before anything is known, and after a while without haste
  static constexpr uint64_t kLeastWork = 4'000;
  static constexpr uint64_t kMostWork = 1'000'000'000;
  static constexpr uint64_t kCalmUs = 100'000;       // so long not full: it closes to what was used

  // A frame of positions base … last goes on its way.
  void sent(uint64_t base, uint64_t last, uint64_t work, uint64_t now_us);
  // All positions up to this one are out. `target_us`: how long a frame may take.
  void worked(uint64_t position, uint64_t target_us, uint64_t now_us);
  // What may go on its way now; 0: nothing, until more is worked.
  uint64_t room() const;
  // Something waits and there is no room.
  void full() { full_ = true; }

  uint64_t work() const { return window_; }
  uint64_t under_way() const { return under_way_; }

 private:
  struct Sent {
    uint64_t next = 0, last = 0;  // positions that are not worked yet
    uint64_t work = 0;            // of these
    uint64_t at_us = 0;
  };

  void learn(uint64_t work, uint64_t took_us, uint64_t target_us);

  std::deque<Sent> sent_;
  uint64_t window_ = kFirstWork;
  uint64_t under_way_ = 0, most_under_way_ = 0;   // the latter since calm_us_
  bool full_ = false;                             // since calm_us_
  uint64_t calm_us_ = 0;
};

}  // namespace cep::engine

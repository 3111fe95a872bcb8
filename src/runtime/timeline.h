// The clocks of one batch of input positions: how far each had come when the batch began and every step in it. All shards read the same one;
// the position that decides an event time is a look-up here.
#pragma once
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "runtime/clock.h"

namespace cep::runtime {

struct ClockStep {
  uint64_t position;
  int64_t clock;
};

// The daemon's clock as a tick in the input told it.
struct ClockTick {
  uint64_t position;
  int64_t now_ms;
};

struct Timeline {
  uint64_t number = 0;        // of the batch, from 0
  uint64_t first = 0;         // positions first..last
  uint64_t last = 0;
  bool end = false;           // `_end`: everything that is pending is decided, at `last`
  std::vector<int64_t> before;                  // by clock: its value before the batch
  std::vector<int64_t> reached;                 // and after it
  std::vector<std::vector<ClockStep>> steps;    // by clock: rising in both
  std::vector<ClockTick> ticks;                 // rising by position; at one position after its steps
};

// Finds the position that decided an event time. Cheap for times asked in rising order.
class TimelineCursor {
 public:
  TimelineCursor(const Timeline& timeline, int clock)
      : timeline_(timeline), steps_(timeline.steps[clock]), before_(timeline.before[clock]) {}

  // The first position of the batch at which the clock had reached `time`; the batch's first one if it had before (then the position of what brought
  // the time decides). REQUIRES time <= the clock after the batch, or an end batch (all is decided at its position).
  uint64_t position_of(int64_t time) {
    if (timeline_.end) return timeline_.last;
    if (time <= before_) return timeline_.first;
    if (time < asked_) at_ = 0;
    asked_ = time;
    while (at_ < steps_.size() && steps_[at_].clock < time) ++at_;
    CEP_CHECK(at_ < steps_.size());
    return steps_[at_].position;
  }

 private:
  const Timeline& timeline_;
  const std::vector<ClockStep>& steps_;
  int64_t before_;
  size_t at_ = 0;
  int64_t asked_ = kNoTime;
};

}  // namespace cep::runtime

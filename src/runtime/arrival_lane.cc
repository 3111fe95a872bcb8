#include "runtime/arrival_lane.h"

#include <algorithm>

#include "runtime/row_order.h"

namespace cep::runtime {

void ArrivalLane::steps_before(uint64_t position, Walk* walk) {
  for (; walk->step < walk->steps.size() && walk->steps[walk->step].position < position; ++walk->step) {
    const ClockStep& to = walk->steps[walk->step];
    work_at(to.position);
    if (next_deadline() <= to.clock) step(walk->clock, to.clock);
    walk->clock = to.clock;
  }
}

void ArrivalLane::all_before(uint64_t position, Walk* walk) {
  const auto& ticks = walk->timeline.ticks;
  for (; walk->tick < ticks.size() && ticks[walk->tick].position < position; ++walk->tick) {
    steps_before(ticks[walk->tick].position + 1, walk);
    work_at(ticks[walk->tick].position);
    tick(ticks[walk->tick].now_ms, walk->clock);
  }
  steps_before(position, walk);
}

// The next row, from memory or from what was written aside; null: there are no more.
WaitingRow* ArrivalLane::next(size_t* at) {
  const bool in_memory = *at < waiting_.size();
  if (spilled_ && !spilled_->empty() && (!in_memory || arrives_before(RowOrigin(spilled_->first()), RowOrigin(*waiting_[*at])))) return spilled_->take();
  return in_memory ? waiting_[(*at)++] : nullptr;
}

void ArrivalLane::work(const Timeline& timeline, LaneSink* sink) {
  sink_ = sink;
  order_rows_of_arrival(&waiting_);
  Walk walk{timeline, timeline.steps[lane_->clock], timeline.before[lane_->clock]};
  size_t at = 0;
  while (WaitingRow* r = next(&at)) {
    // A row decided at a position comes before the clock of that position. A label's position may lie in an earlier batch only at an end.
    const uint64_t arrival = RowOrigin(*r).arrival();
    all_before(arrival, &walk);
    work_at(std::max(arrival, timeline.first));
    row(*r, walk.clock);
    release_row(r, pool_);
  }
  waiting_.clear();
  spilled_.reset();
  all_before(UINT64_MAX, &walk);
  if (!timeline.end) return;
  work_at(timeline.last);
  step(walk.clock, kEndOfTime);
}

}  // namespace cep::runtime

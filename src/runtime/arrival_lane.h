// Lanes whose rows are worked in the order in which they come, not sorted by time: windows and joins. At one position first its rows, then what the clock decides there
// (language.md, "Time").
#pragma once
#include <algorithm>
#include <vector>

#include "runtime/lane_state.h"
#include "runtime/result_writer.h"

namespace cep::runtime {

// The position at which a row comes: of a source row its own, of others that which let it go.
inline uint64_t arrival_of(const WaitingRow& r) { return r.label ? r.label->position : r.row().position; }

// Puts the rows of a batch in the order in which they come: by position, source rows before derived ones, then by label or input.
void order_rows_of_arrival(std::vector<WaitingRow*>* rows);

ResultWriterOptions result_writer_options(const LaneOptions& options, bool read);

// Walks the rows and the steps of the lane's clock. Work has row(const WaitingRow&, int64_t clock_before), step(int64_t from, int64_t to),
// tick(int64_t now, int64_t clock) and next_deadline(); it reads `position` and the time before as told by at().
template <class Work>
void work_in_order_of_arrival(const Timeline& timeline, int clock_number, std::vector<WaitingRow*>* rows, BlockPool* pool, Work& work) {
  order_rows_of_arrival(rows);
  const std::vector<ClockStep>& steps = timeline.steps[clock_number];
  int64_t clock = timeline.before[clock_number];
  size_t s = 0, t = 0;
  auto steps_before = [&](uint64_t position) {
    for (; s < steps.size() && steps[s].position < position; ++s) {
      work.at(steps[s].position);
      if (work.next_deadline() <= steps[s].clock) work.step(clock, steps[s].clock);
      clock = steps[s].clock;
    }
  };
  auto step_before = [&](uint64_t position) {
    for (; t < timeline.ticks.size() && timeline.ticks[t].position < position; ++t) {
      steps_before(timeline.ticks[t].position + 1);
      work.at(timeline.ticks[t].position);
      work.tick(timeline.ticks[t].now_ms, clock);
    }
    steps_before(position);
  };
  for (WaitingRow* r : *rows) {
    // A row decided at a position comes before the clock of that position. A label's position may lie in an earlier batch only at an end.
    step_before(arrival_of(*r));
    work.at(std::max(arrival_of(*r), timeline.first));
    work.row(*r, clock);
    release_row(r, pool);
  }
  rows->clear();
  step_before(UINT64_MAX);
  if (!timeline.end) return;
  work.at(timeline.last);
  work.step(clock, kEndOfTime);
}

}  // namespace cep::runtime

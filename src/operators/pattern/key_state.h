// What the run evaluator keeps of a key: its runs in sequence, which is the order of preference
// of matches, and its finished matches that wait for an older run. Both are sorted by beginning, for
// a run's results take its place and a fresh run comes last; so everything that is dropped "because it began
// too early" is a prefix.
#pragma once
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <vector>

#include "operators/pattern/run_store.h"

namespace cep::operators {

inline constexpr uint64_t kNotBegun = UINT64_MAX;

struct Run {
  const HistoryNode* last = nullptr;  // owns a reference; null only in the fresh run of an event
  uint64_t begin = kNotBegun;         // sequence of its first event
  int64_t first_time = 0;
  int64_t last_time = 0;
  uint32_t state = 0;
};

struct Finished {
  const HistoryNode* last = nullptr;  // owns a reference
  uint64_t begin = 0;
  int64_t end = 0;                    // the event time at which it ends
};

struct KeyState {
  boost::container::small_vector<Run, 2> runs;
  std::vector<Finished> finished;

  bool live() const { return !runs.empty() || !finished.empty(); }
};

}  // namespace cep::operators

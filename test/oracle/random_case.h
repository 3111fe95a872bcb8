// Random patterns that may be loaded, as text and for the naive matcher, and random events for them.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "oracle/naive_matcher.h"

namespace oracle {

struct Case {
  std::string program;         // one stream `e`, one pattern `p`
  Pattern pattern;
  std::vector<Event> events;   // in order of time; `number` set
};

struct CaseOptions {
  int most_stages = 4;
  int most_events = 14;
  bool groups = true;
  bool history = true;   // conditions over what the run has taken
};

// The same number gives the same case on every machine.
Case random_case(uint64_t number, const CaseOptions& options);

}  // namespace oracle

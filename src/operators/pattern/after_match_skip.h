// The skip strategies as bounds: a match that is emitted drops everything that began before the bound
// of its strategy.
#pragma once
#include <cstdint>

#include "operators/pattern/run_store.h"
#include "plan/plan.h"

namespace cep::operators {

// The least beginning that survives a match with this list and beginning; 0: the match drops nothing.
inline uint64_t skip_bound(const plan::PatternNode& pattern, const HistoryNode* last, uint64_t begin) {
  switch (pattern.skip) {
    case plan::Skip::kNone: return 0;
    case plan::Skip::kToNext: return begin + 1;
    case plan::Skip::kPastLast: return last->event->sequence + 1;
    case plan::Skip::kToFirst:
    case plan::Skip::kToLast: break;
  }
  const bool first = pattern.skip == plan::Skip::kToFirst;
  const TakenEvent* e = first ? first_of(last, pattern.skip_stage) : last_of(last, pattern.skip_stage);
  return e == nullptr ? 0 : e->sequence;
}

// Every match drops all that began with it: of several matches of one beginning only the first can come out.
inline bool one_match_per_begin(plan::Skip skip) {
  return skip == plan::Skip::kToNext || skip == plan::Skip::kPastLast;
}

}  // namespace cep::operators

// Event time: milliseconds since the epoch, and the two ends at which sums and differences stop. No event has either of them as its time.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>

namespace cep::base {

inline constexpr int64_t kNoTime = std::numeric_limits<int64_t>::min();     // before all: none yet
inline constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();  // after all: never, or the end of everything

inline int64_t add_time(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? kEndOfTime : kNoTime;
}

inline int64_t subtract_time(int64_t a, int64_t b) {
  int64_t difference;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? kEndOfTime : kNoTime;
}

// The time, or the last moment that a clock can reach before the end of all.
inline int64_t reachable(int64_t time) { return std::min(time, kEndOfTime - 1); }

}  // namespace cep::base

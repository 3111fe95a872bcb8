// How what an aggregate keeps of a window may be made of what it keeps of the window's parts.
#pragma once
#include <cstdint>

namespace cep::expr {

// How the state of a call may be made of parts.
enum class Merging : uint8_t {
  kGrouped = 1,    // in order, grouped in any way
  kRemovable = 2,  // in any order, and a part can be taken away again: whole numbers, counts of values
  kOrdered = 4,    // grouping shows in the last digits: sums and averages of doubles, variance, stddev
};
// Sets of them.
inline constexpr uint8_t kGroupedCalls = 1, kRemovableCalls = 2, kOrderedCalls = 4, kAllCalls = 7;

}  // namespace cep::expr

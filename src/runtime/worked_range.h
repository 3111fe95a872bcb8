// Which positions the calling thread is working, for the report of a crash: plain numbers of the thread, so that a signal handler of that thread can read them.
#pragma once
#include <cstdint>

namespace cep::runtime {

struct WorkedRange {
  uint64_t first = 0;   // 0: none
  uint64_t last = 0;
};

namespace internal {
inline thread_local constinit volatile WorkedRange worked_range;
}

inline const volatile WorkedRange* current_worked_range() { return &internal::worked_range; }

inline void set_worked_range(uint64_t first, uint64_t last) {
  internal::worked_range.first = first;
  internal::worked_range.last = last;
}

}  // namespace cep::runtime

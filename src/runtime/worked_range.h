// Which positions of the input this thread is working: for the report of a crash. Plain memory of each thread, so that a signal handler that runs in the
// crashing thread may read it.
#pragma once
#include <cstdint>

namespace cep::runtime {

struct WorkedRange {
  uint64_t first = 0, last = 0;  // 0: nothing is being worked
};

inline constinit thread_local volatile WorkedRange g_worked_range;

// Of the calling thread; never null.
inline const volatile WorkedRange* current_worked_range() { return &g_worked_range; }

inline void set_worked_range(uint64_t first, uint64_t last) {
  g_worked_range.first = first;
  g_worked_range.last = last;
}

// While it lives the thread works these positions; then what it worked before.
class WorkedScope {
 public:
  WorkedScope(uint64_t first, uint64_t last) : first_(g_worked_range.first), last_(g_worked_range.last) { set_worked_range(first, last); }
  ~WorkedScope() { set_worked_range(first_, last_); }
  WorkedScope(const WorkedScope&) = delete;
  WorkedScope& operator=(const WorkedScope&) = delete;

 private:
  uint64_t first_, last_;
};

}  // namespace cep::runtime

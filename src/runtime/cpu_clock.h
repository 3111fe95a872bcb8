// How long a thread has worked. For flow control and figures alone: no result depends on it.
#pragma once
#include <ctime>
#include <cstdint>

namespace cep::runtime {

// Nanoseconds of CPU that the calling thread has had. What others take from it meanwhile is not in it.
inline uint64_t thread_cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

}  // namespace cep::runtime

// Figures of this process, as Prometheus names them (process_*).
#pragma once
#include <cstdint>

namespace cep::server {

struct ProcessFigures {
  uint64_t resident_bytes = 0, virtual_bytes = 0;
  double cpu_seconds = 0;
  uint64_t open_fds = 0, max_fds = 0, threads = 0;
  double start_time_seconds = 0;   // since the epoch
};

// Read from /proc/self; what cannot be read stays 0.
ProcessFigures read_process();

}  // namespace cep::server

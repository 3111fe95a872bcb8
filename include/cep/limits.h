// The limits that change results; the same at each replay.
#pragma once
#include <cstdint>

namespace cep {

struct Limits {
  uint64_t line_bytes = 1 << 20;           // limits.line
  uint32_t json_depth = 64;                // limits.depth
  uint64_t runs_per_key = 100000;          // beyond it the oldest beginning is dropped
  uint64_t matches_per_event = 1000;       // beyond it the rest, in the order of matches, is not sent
  uint64_t record_bytes = 1 << 20;         // a longer record is cut and says "truncated":true
};

}  // namespace cep

// `log.state` of FORMAT.md: the seed of the log, and what each channel has lost on purpose and made durable. A plain value with its text.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/status.h"
#include "output/format.h"

namespace cep::output {

inline constexpr std::string_view kStateName = "log.state";

struct LogState {
  struct Of {
    uint64_t oldest = 1;  // seq of the oldest record kept
    uint64_t synced = 0;  // durable up to this seq
  };
  uint64_t seed = 0;
  std::array<Of, kNumbered> channels;

  std::string encode() const;
  // Damaged or of another version: an error without the file's name.
  static Result<LogState> decode(std::string_view sealed);
};

}  // namespace cep::output

// `log.state` of FORMAT.md: the seed of the log, and what each channel has lost on purpose and made durable. A plain value with its text.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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
  // How long daemons have run on this log, all together, up to this writing of it: the clock by which records grow old. It stands while none runs, and no wall clock moves it.
  uint64_t ran_ms = 0;
  // By channel and first seq of a segment: what that clock said when it was written to last. One that is missing: as much as it says at the next start.
  std::map<std::pair<int, uint64_t>, uint64_t> written;

  std::string encode() const;
  // Damaged or of another version: an error without the file's name.
  static Result<LogState> decode(std::string_view sealed);
};

}  // namespace cep::output

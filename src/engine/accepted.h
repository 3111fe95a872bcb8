// What a person has settled after a replay that diverged: the records that were sent hold (journal/entry.h, kAccepted).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/record.h"

namespace cep {

// `limit` of the record on `limits` that tells of it.
inline constexpr std::string_view kOutputAccepted = "output_accepted";

namespace engine {

// A kAccepted entry.
struct Accepted {
  uint64_t upto = 0;                         // position
  uint64_t next[kChannels] = {};             // by channel
};

// What a recorded stream says of it (event/recorded_line.h), without the LF: that the numbers go on so, and the words for the record on `limits`.
std::string accepted_line(const Accepted& accepted);
std::string accepted_line(std::string_view message);

}  // namespace engine
}  // namespace cep

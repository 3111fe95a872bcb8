// What comes out: records on channels.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep {

enum class Channel : uint8_t { kAlerts, kTimeouts, kLate, kRejects, kLimits, kStreams };
inline constexpr int kChannels = 6;
std::string_view channel_name(Channel c);
// Returns false if there is no such channel.
bool parse_channel(std::string_view name, Channel* c);

// One output record: the line (without its LF), canonical bytes.
struct Record {
  Channel channel = Channel::kAlerts;
  uint64_t seq = 0;            // 0 on `streams`
  std::string_view name;       // pattern or stream it belongs to; may be empty
  std::string_view line;       // valid during the callback
  uint64_t position = 0;       // that decided it
};

}  // namespace cep

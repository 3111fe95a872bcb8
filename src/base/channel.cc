// Names of the output channels (include/cep/record.h).
#include "cep/record.h"

namespace cep {
namespace {

constexpr std::string_view kChannelNames[kChannels] = {"alerts", "timeouts", "late", "rejects", "limits", "streams"};

}  // namespace

std::string_view channel_name(Channel c) { return kChannelNames[static_cast<int>(c)]; }

bool parse_channel(std::string_view name, Channel* c) {
  for (int i = 0; i < kChannels; ++i)
    if (kChannelNames[i] == name) {
      *c = static_cast<Channel>(i);
      return true;
    }
  return false;
}

}  // namespace cep

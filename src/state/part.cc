#include "state/part.h"

namespace cep::state {
namespace {

// In the order of Part.
constexpr PartInfo kInfo[kParts] = {
    {"program", 1, false}, {"operators", 1, false}, {"table files", 1, false}, {"ingest", 1, false}, {"clocks", 1, false}, {"right clocks", 1, false}, {"channels", 1, false},
    {"throttles", 1, false}, {"table", 1, false}, {"shard", 1, false}, {"waiting", 1, true}, {"automaton", 1, false}, {"runs", 1, true},
    {"window", 1, true}, {"turn", 1, false}, {"having", 1, true}, {"join", 1, true}, {"unique", 1, true},
};

}  // namespace

const PartInfo& info_of(Part part) { return kInfo[static_cast<size_t>(part)]; }

std::optional<Part> find_part(std::string_view name) {
  for (int p = 0; p < kParts; ++p)
    if (kInfo[p].name == name) return static_cast<Part>(p);
  return std::nullopt;
}

}  // namespace cep::state

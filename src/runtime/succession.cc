#include "runtime/succession.h"

#include <string_view>
#include <unordered_map>

#include "base/check.h"

namespace cep::runtime {
namespace {

// By each of `now`: the one of `old` of the same name and fingerprint that `fits`; -1: none.
template <class T, class Fits>
std::vector<int> match(const std::vector<T>& old, const std::vector<T>& now, Fits fits) {
  std::unordered_map<std::string_view, int> by_name;  // only looked up
  for (size_t i = 0; i < old.size(); ++i) by_name.emplace(old[i].name, static_cast<int>(i));
  std::vector<int> out(now.size(), -1);
  for (size_t i = 0; i < now.size(); ++i) {
    auto at = by_name.find(now[i].name);
    if (at == by_name.end()) continue;
    const T& before = old[static_cast<size_t>(at->second)];
    if (!now[i].fingerprint.empty() && before.fingerprint == now[i].fingerprint && fits(before, now[i])) out[i] = at->second;
  }
  return out;
}

}  // namespace

Succession find_succession(const plan::Plan& old, const plan::Topology& old_topology, const plan::Plan& now) {
  Succession out;
  out.node_before = match(old.nodes, now.nodes, [](const plan::Node& a, const plan::Node& b) { return a.kind == b.kind && a.inner == b.inner; });
  out.table_before = match(old.tables, now.tables, [](const plan::Table&, const plan::Table&) { return true; });
  out.node_now.assign(old.nodes.size(), -1);
  const std::vector<int> lane_of = plan::lanes_by_node(old_topology, old.nodes.size());
  for (size_t i = 0; i < now.nodes.size(); ++i) {
    const int before = out.node_before[i];
    out.lane_before.push_back(before < 0 ? -1 : lane_of[before]);
    if (before >= 0) out.node_now[before] = static_cast<int>(i);
  }
  return out;
}

void match_clocks(const plan::Topology& old, const plan::Topology& now, Succession* succession) {
  succession->clock_before.assign(now.clocks.size(), -1);
  for (const plan::Lane& lane : now.lanes) {
    if (lane.from < 0) continue;
    int& clock = succession->clock_before[lane.clock];
    const int before = old.lanes[lane.from].clock;
    // Lanes over the same sources have one clock, now as before.
    CEP_CHECK(clock < 0 || clock == before);
    clock = before;
  }
}

}  // namespace cep::runtime

#include "plan/physical/topology.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/check.h"
#include "plan/routes.h"

namespace cep::plan {
namespace {

class Builder {
 public:
  Builder(const Plan& plan, const std::vector<int>& lane_before) : plan_(plan), lane_before_(lane_before), routes_(count_routes(plan)) {}

  Topology build() {
    size_t n = plan_.nodes.size();
    out_.readers.resize(n);
    out_.feed.assign(n, -1);
    out_.behind.resize(n);
    lane_of_node_.assign(n, -1);
    for (size_t i = 0; i < n; ++i) add_node(static_cast<int>(i));
    for (size_t t = 0; t < plan_.tables.size(); ++t) {
      const int stream = plan_.tables[t].stream;
      if (stream < 0) continue;
      out_.readers[stream].tables.push_back(static_cast<int>(t));
      if (of_operator_[stream]) out_.tables_of_operators = true;
    }
    out_.placement = place(plan_);
    make_feeds();
    out_.read_by.resize(out_.clocks.size());
    for (size_t i = 0; i < n; ++i)
      if (lane_of_node_[i] >= 0) {
        std::vector<bool> seen(n);
        link_clocks(static_cast<int>(i), out_.lanes[lane_of_node_[i]].clock, true, &seen);
      }
    return std::move(out_);
  }

 private:
  void add_node(int i) {
    const Node& node = plan_.nodes[i];
    if (node.kind == NodeKind::kSource) {
      out_.sources.push_back(i);
      out_.behind[i] = {i};
    }
    for (const Input& input : node.inputs) {
      CEP_CHECK(input.node >= 0 && input.node < i);
      const auto& b = out_.behind[input.node];
      out_.behind[i].insert(out_.behind[i].end(), b.begin(), b.end());
    }
    std::sort(out_.behind[i].begin(), out_.behind[i].end());
    out_.behind[i].erase(std::unique(out_.behind[i].begin(), out_.behind[i].end()), out_.behind[i].end());
    if (node.kind == NodeKind::kDerive) {
      const std::vector<uint32_t> first = first_routes(node.inputs, routes_);
      for (size_t k = 0; k < node.inputs.size(); ++k)
        out_.readers[node.inputs[k].node].derives.push_back({i, static_cast<uint16_t>(k), first[k]});
    }
    if (node.kind == NodeKind::kPattern) add_pattern(i);
    if (node.kind == NodeKind::kWindow)
      add_single(i, node.window->assigner.kind == WindowKind::kRolling ? LaneKind::kRolling : LaneKind::kWindow, node.window->key_types);
    if (node.kind == NodeKind::kJoin) add_single(i, LaneKind::kJoin, node.join->key_types);
    if (!node.unique.empty()) add_unique(i);
    of_operator_.push_back(!node.unique.empty() || (node.kind != NodeKind::kSource && node.kind != NodeKind::kDerive) ||
                           std::any_of(node.inputs.begin(), node.inputs.end(), [&](const Input& in) { return of_operator_[in.node]; }));
  }

  void add_pattern(int i) {
    const Node& node = plan_.nodes[i];
    int lane = find_lane(node.inputs, lane_before(i));
    if (lane < 0) lane = new_reading_lane(i, LaneKind::kPatterns, node.pattern->key_types);
    out_.lanes[lane].patterns.push_back(i);
    lane_of_node_[i] = lane;
  }

  void add_single(int i, LaneKind kind, const std::vector<Type>& key_types) {
    int lane = new_reading_lane(i, kind, key_types);
    out_.lanes[lane].node = i;
    lane_of_node_[i] = lane;
  }

  int new_reading_lane(int i, LaneKind kind, const std::vector<Type>& key_types) {
    const Node& node = plan_.nodes[i];
    int lane = new_lane(node.inputs, out_.behind[i]);
    out_.lanes[lane].kind = kind;
    out_.lanes[lane].from = lane_before(i);
    out_.lanes[lane].key_types = key_types;
    const std::vector<uint32_t> first = first_routes(node.inputs, routes_);
    for (size_t k = 0; k < node.inputs.size(); ++k)
      out_.readers[node.inputs[k].node].lanes.push_back({lane, static_cast<uint16_t>(k), first[k]});
    return lane;
  }

  void add_unique(int i) {
    const Node& node = plan_.nodes[i];
    Input input{i, node.unique.front().fields};
    int lane = new_lane({input}, out_.behind[i]);
    // Its own input is the node before `unique`; what it reads lies below the node itself.
    out_.lanes[lane].level = level_below(i);
    out_.levels = std::max(out_.levels, out_.lanes[lane].level + 1);
    out_.lanes[lane].kind = LaneKind::kUnique;
    out_.lanes[lane].from = lane_before(i);
    out_.lanes[lane].node = i;
    for (uint16_t f : input.key) out_.lanes[lane].key_types.push_back(node.schema.fields[f].type);
    out_.readers[i].unique_lane = lane;
    lane_of_node_[i] = lane;
  }

  int lane_before(int node) const { return lane_before_.empty() ? -1 : lane_before_[node]; }

  int find_lane(const std::vector<Input>& inputs, int from) const {
    for (size_t l = 0; l < out_.lanes.size(); ++l) {
      const Lane& lane = out_.lanes[l];
      if (lane.kind == LaneKind::kPatterns && lane.from == from && std::equal(lane.inputs.begin(), lane.inputs.end(), inputs.begin(), inputs.end(),
                                             [](const Input& a, const Input& b) { return a.node == b.node && a.key == b.key; }))
        return static_cast<int>(l);
    }
    return -1;
  }

  int new_lane(const std::vector<Input>& inputs, const std::vector<int>& sources) {
    Lane lane;
    lane.inputs = inputs;
    lane.sources = sources;
    lane.clock = clock_of(sources);
    for (const Input& input : inputs) lane.level = std::max(lane.level, level_of_rows(input.node));
    out_.levels = std::max(out_.levels, lane.level + 1);
    out_.lanes.push_back(std::move(lane));
    return static_cast<int>(out_.lanes.size()) - 1;
  }

  // One clock for all lanes over the same sources; a lane's own where a source may be left behind: there it also depends on who reads the lane.
  int clock_of(const std::vector<int>& sources) {
    bool lags = std::any_of(sources.begin(), sources.end(), [&](int s) { return plan_.nodes[s].source.own_max_lag_ms >= 0; });
    auto at = lags ? out_.clocks.end() : std::find(out_.clocks.begin(), out_.clocks.end(), sources);
    int clock = static_cast<int>(at - out_.clocks.begin());
    if (at == out_.clocks.end()) out_.clocks.push_back(sources);
    return clock;
  }

  // Notes the clocks of the lanes that the node's rows reach as readers of `clock`, each stream on the way once.
  void link_clocks(int node, int clock, bool passed_unique, std::vector<bool>* seen) {
    if ((*seen)[node]) return;
    (*seen)[node] = true;
    const Readers& readers = out_.readers[node];
    auto link = [&](int lane) {
      if (out_.lanes[lane].clock != clock) out_.read_by[clock].push_back(out_.lanes[lane].clock);
    };
    if (readers.unique_lane >= 0 && !passed_unique) return link(readers.unique_lane);
    for (const LaneInput& to : readers.lanes) link(to.lane);
    for (const DeriveInput& to : readers.derives) link_clocks(to.node, clock, false, seen);
  }

  // The level at which a reader of the node's rows can stand.
  int level_of_rows(int i) const {
    if (lane_of_node_[i] >= 0) return out_.lanes[lane_of_node_[i]].level + 1;
    return level_below(i);
  }
  int level_below(int i) const {
    int level = 0;
    for (const Input& input : plan_.nodes[i].inputs) level = std::max(level, level_of_rows(input.node));
    return level;
  }

  // Streams that any node reads together, at any depth, are one feed; and so on through shared streams.
  void make_feeds() {
    std::vector<int> root(plan_.nodes.size());
    std::iota(root.begin(), root.end(), 0);
    std::function<int(int)> find = [&](int x) { return root[x] == x ? x : root[x] = find(root[x]); };
    for (const auto& sources : out_.behind)
      for (int s : sources) root[find(s)] = find(sources.front());
    for (int s : out_.sources) out_.feed[s] = find(s);
  }

  const Plan& plan_;
  const std::vector<int>& lane_before_;
  const std::vector<uint32_t> routes_;    // by node
  Topology out_;
  std::vector<bool> of_operator_;         // by node: its rows have been through an operator, rather than through filters and maps of sources alone
  std::vector<int> lane_of_node_;         // the lane whose operator gives the node's rows
};

}  // namespace

Topology make_topology(const Plan& plan, const std::vector<int>& lane_before) {
  CEP_CHECK(lane_before.empty() || lane_before.size() == plan.nodes.size());
  return Builder(plan, lane_before).build();
}

std::vector<int> lanes_by_node(const Topology& topology, size_t nodes) {
  std::vector<int> out(nodes, -1);
  for (size_t l = 0; l < topology.lanes.size(); ++l) {
    const Lane& lane = topology.lanes[l];
    for (int node : lane.patterns) out[node] = static_cast<int>(l);
    if (lane.node >= 0) out[lane.node] = static_cast<int>(l);
  }
  return out;
}

}  // namespace cep::plan

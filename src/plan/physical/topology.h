// The physical plan: which readers share a lane, what flows where, whose clocks meet. Made once from the plan; pure data afterwards. The runtime builds what it
// says, and `explain` shows it.
//
// A *lane* is a set of keyed operators that read the same inputs by the same keys: its rows are routed, sorted and interned once for all of them, and their
// predicates are shared. Level 0 lanes read source rows only; a lane of level n reads what lanes below n give.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "plan/physical/placement.h"
#include "plan/plan.h"

namespace cep::plan {

// A delivery of a node's rows to a lane, as its input number `input`.
struct LaneInput {
  int lane = -1;
  uint16_t input = 0;
  uint32_t first_route = 0;  // of those that come through it (plan/routes.h)
};

// A delivery of a node's rows to a derived stream, as its input number `input`.
struct DeriveInput {
  int node = -1;
  uint16_t input = 0;
  uint32_t first_route = 0;
};

// Who reads a node's rows. Where the node has `unique`, its rows first go to `unique_lane` and from there to the readers.
struct Readers {
  std::vector<DeriveInput> derives;
  std::vector<LaneInput> lanes;
  int unique_lane = -1;
  std::vector<int> tables;     // `from stream S`
  bool any() const { return !derives.empty() || !lanes.empty() || !tables.empty(); }
};

enum class LaneKind : uint8_t { kPatterns, kUnique, kWindow, kRolling, kJoin };

struct Lane {
  LaneKind kind = LaneKind::kPatterns;
  std::vector<Input> inputs;
  std::vector<Type> key_types;
  std::vector<int> patterns;   // kPatterns: nodes, in order
  int node = -1;               // the others: the one node whose operator (or `unique`) it is
  std::vector<int> sources;    // source nodes behind it, sorted
  int clock = -1;              // index into Topology::clocks
  int level = 0;
  int from = -1;               // the lane of the topology before whose state it carries on; -1: it begins empty
};

struct Topology {
  std::vector<Readers> readers;            // by node
  std::vector<Lane> lanes;
  std::vector<std::vector<int>> clocks;    // distinct sets of source nodes whose least watermark is some lane's clock
  // By clock: those of the lanes that read what its lanes give. With `own max lag` they may be ahead of it; it then goes with them (nothing derived is late).
  std::vector<std::vector<int>> read_by;
  std::vector<int> feed;                   // by node (sources): streams read together have one number; -1 for others
  int levels = 1;
  std::vector<int> sources;                // source nodes in order of declaration
  std::vector<std::vector<int>> behind;    // by node: the source nodes behind it, itself included, sorted
  std::vector<Placement> placement;        // by node
  // Whether some table is made from what an operator gives: then what one position decides on any shard is seen at the next one.
  bool tables_of_operators = false;
};

// `lane_before`, by node: the lane of the topology before in which its operator (or `unique`) is at work; -1, or a vector that is empty: none. Operators that go
// on stay together with those of their lane and no other joins them: a new one must not see rows that wait there.
Topology make_topology(const Plan& plan, const std::vector<int>& lane_before = {});

// By node: the lane in which its operator (or `unique`) is at work; -1: none.
std::vector<int> lanes_by_node(const Topology& topology, size_t nodes);

}  // namespace cep::plan

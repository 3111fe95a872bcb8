// What goes on when a program is loaded in the place of another: the nodes and tables whose fingerprints (lang/fingerprint.h) are the same, and with them their lanes and
// clocks. Everything else begins empty.
#pragma once
#include <vector>

#include "plan/plan.h"
#include "plan/physical/topology.h"

namespace cep::runtime {

struct Succession {
  std::vector<int> node_before;   // by node of the plan that comes: the node that it carries on; -1: none
  std::vector<int> node_now;      // by node of the plan that goes: where it goes on; -1: nowhere
  std::vector<int> table_before;  // by table of the plan that comes
  std::vector<int> lane_before;   // by node of the plan that comes: for plan::make_topology
  std::vector<int> clock_before;  // by clock of the topology that comes: the clock that it carries on; -1: none
};

// What goes on from `old` to `now`; clock_before is left empty.
Succession find_succession(const plan::Plan& old, const plan::Topology& old_topology, const plan::Plan& now);

// The clocks that the lanes that go on bring with them. `now`: made with lane_before.
void match_clocks(const plan::Topology& old, const plan::Topology& now, Succession* succession);

}  // namespace cep::runtime

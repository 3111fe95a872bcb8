// What a program became, and what its successor carries on of it. All that lanes point into lives here: a lane that goes on after a load keeps the one that it was
// made of.
#pragma once
#include <memory>

#include "plan/plan.h"
#include "runtime/succession.h"
#include "runtime/table_store.h"
#include "plan/physical/topology.h"

namespace cep::runtime {

struct Loaded {
  // The first one.
  explicit Loaded(std::shared_ptr<const plan::Plan> p) : plan(std::move(p)), topology(plan::make_topology(*plan)), tables(*plan) {}
  // One whose state was saved: its operators stand together in lanes as they stood there. `lanes`: by node (plan::lanes_by_node).
  Loaded(std::shared_ptr<const plan::Plan> p, const std::vector<int>& lanes) : plan(std::move(p)), topology(plan::make_topology(*plan, lanes)), tables(*plan) {
    for (plan::Lane& lane : topology.lanes) lane.from = -1;
  }
  // One that comes after another.
  Loaded(std::shared_ptr<const plan::Plan> p, const Loaded& before)
      : plan(std::move(p)), succession(find_succession(*before.plan, before.topology, *plan)), topology(plan::make_topology(*plan, succession.lane_before)),
        tables(*plan) {
    match_clocks(before.topology, topology, &succession);
  }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  std::shared_ptr<const plan::Plan> plan;
  Succession succession;  // empty: it is the first one
  plan::Topology topology;
  TableStore tables;      // empty: whoever loads it fills them
};

}  // namespace cep::runtime

// Stateless work on rows: filter, map, union, on the way from the node that gives a row to the lanes that read it. Used by ingest for source rows and by shards
// for what their operators give. Rows keep their time and position.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "event/row.h"
#include "expr/program.h"
#include "plan/plan.h"
#include "plan/physical/topology.h"

namespace cep::runtime {

// Where rows arrive. `row` is valid during the call; its `input` is set for the reader. `route`: on which it came there (plan/routes.h).
class FlowSink {
 public:
  virtual ~FlowSink() = default;
  virtual void to_lane(int lane, const event::Row& row, uint32_t route) = 0;
  // A row that derived stream `node` gives (after `unique`), for the live view. Only called if asked for.
  virtual void to_view(int node, const event::Row& row, uint32_t route) = 0;
  // A row of the stream that a table is made from.
  virtual void to_table(int table, const event::Row& row, uint32_t route) = 0;
};

class Flow {
 public:
  Flow(const plan::Plan& plan, const plan::Topology& topology, bool view, const expr::Tables* tables);

  // A row that `node` gives, on to everybody who reads it. `route`: on which it came to the node's output. `passed_unique`: it comes out of the node's `unique` lane.
  void push(int node, event::Row* row, uint32_t route, bool passed_unique, FlowSink* sink);

  uint64_t faults() const { return context_.faults; }

 private:
  struct Step {
    std::unique_ptr<expr::Program> where;
    std::vector<expr::Program> select;
    bool has_select = false;
    event::RowBuilder builder;
  };
  void derive(const plan::DeriveInput& to, event::Row* row, uint32_t route, FlowSink* sink);

  const plan::Plan& plan_;
  const plan::Topology& topology_;
  std::vector<Step> steps_;  // by node
  expr::Arena arena_;
  expr::EvalContext context_;
  bool view_;
};

}  // namespace cep::runtime

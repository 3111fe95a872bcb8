#include "runtime/flow.h"

namespace cep::runtime {

Flow::Flow(const plan::Plan& plan, const plan::Topology& topology, bool view, const expr::Tables* tables)
    : plan_(plan), topology_(topology), steps_(plan.nodes.size()), view_(view) {
  context_.arena = &arena_;
  context_.tables = tables;
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    if (plan.nodes[i].kind != plan::NodeKind::kDerive) continue;
    const plan::Derive& d = plan.nodes[i].derive;
    if (d.where) steps_[i].where = std::make_unique<expr::Program>(d.where);
    steps_[i].has_select = d.has_select;
    for (const plan::NamedExpr& e : d.select) steps_[i].select.emplace_back(e.expr);
  }
}

void Flow::push(int node, event::Row* row, uint32_t route, bool passed_unique, FlowSink* sink) {
  const plan::Readers& readers = topology_.readers[node];
  if (readers.unique_lane >= 0 && !passed_unique) {
    row->input = 0;
    sink->to_lane(readers.unique_lane, *row, route);
    return;
  }
  const plan::Node& n = plan_.nodes[node];
  if (view_ && n.kind == plan::NodeKind::kDerive && !n.inner) sink->to_view(node, *row, route);
  for (const plan::LaneInput& to : readers.lanes) {
    row->input = to.input;
    sink->to_lane(to.lane, *row, route + to.first_route);
  }
  for (const plan::DeriveInput& to : readers.derives) derive(to, row, route + to.first_route, sink);
  for (int table : readers.tables) sink->to_table(table, *row, route);
}

void Flow::derive(const plan::DeriveInput& to, event::Row* row, uint32_t route, FlowSink* sink) {
  Step& step = steps_[to.node];
  row->input = to.input;
  context_.row = row;
  if (step.where || step.has_select) arena_.reset();
  if (step.where && !step.where->holds(context_)) return;
  if (!step.has_select) return push(to.node, row, route, false, sink);
  step.builder.start(static_cast<uint16_t>(step.select.size()));
  for (size_t i = 0; i < step.select.size(); ++i) step.builder.set(i, step.select[i].eval(context_));
  push(to.node, const_cast<event::Row*>(step.builder.finish(row->time, row->position)), route, false, sink);
}

}  // namespace cep::runtime

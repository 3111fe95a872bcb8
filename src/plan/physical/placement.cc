#include "plan/physical/placement.h"

#include <algorithm>

namespace cep::plan {
namespace {

// Where a derived stream has the fields of its input.
Placement through(const Derive& derive, const Placement& from) {
  if (!derive.has_select || !from.known) return from;
  Placement out;
  for (const uint16_t slot : from.slots) {
    const auto same = [slot](const NamedExpr& named) {
      return named.expr != nullptr && named.expr->op == expr::Op::kField && named.expr->slots[0] == slot;
    };
    const auto at = std::find_if(derive.select.begin(), derive.select.end(), same);
    out.slots.push_back(at == derive.select.end() ? expr::kNoSlot
                                                  : static_cast<uint16_t>(at - derive.select.begin()));
  }
  out.known = true;
  return out;
}

// `placement`: of the nodes before.
Placement place_node(const Node& n, const std::vector<Placement>& placement) {
  if (!n.unique.empty()) return {true, n.unique[0].fields};
  if (n.kind == NodeKind::kSource) return {};
  if (n.kind == NodeKind::kDerive) {
    const Placement& first = placement[static_cast<size_t>(n.inputs[0].node)];
    for (const Input& in : n.inputs) {
      const Placement& other = placement[static_cast<size_t>(in.node)];
      if (other.known != first.known || other.slots != first.slots) return {};
    }
    return through(n.derive, first);
  }
  Placement out;
  size_t keys = 0;
  if (n.pattern != nullptr) keys = n.pattern->key_names.size();
  if (n.window != nullptr) keys = n.window->key_names.size();
  if (n.join != nullptr) keys = n.join->key_names.size();
  out.known = true;
  for (size_t k = 0; k < keys; ++k) out.slots.push_back(static_cast<uint16_t>(k));
  return out;
}

}  // namespace

std::vector<Placement> place(const Plan& plan) {
  std::vector<Placement> placement;
  placement.reserve(plan.nodes.size());
  for (const Node& n : plan.nodes) placement.push_back(place_node(n, placement));
  return placement;
}

bool is_exchange(const std::vector<Placement>& placement, const Input& input) {
  const Placement& from = placement[static_cast<size_t>(input.node)];
  return from.known && from.slots != input.key;
}

}  // namespace cep::plan

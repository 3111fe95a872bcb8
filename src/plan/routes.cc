#include "plan/routes.h"

#include <algorithm>

namespace cep::plan {

std::vector<uint32_t> first_routes(const std::vector<Input>& inputs, const std::vector<uint32_t>& routes) {
  std::vector<uint32_t> first{0};
  for (const Input& input : inputs) first.push_back(std::min(kMostRoutes + 1, first.back() + routes[static_cast<size_t>(input.node)]));
  return first;
}

std::vector<uint32_t> count_routes(const Plan& plan) {
  std::vector<uint32_t> routes;
  for (const Node& node : plan.nodes)
    routes.push_back(node.kind == NodeKind::kDerive ? first_routes(node.inputs, routes).back() : 1);
  return routes;
}

}  // namespace cep::plan

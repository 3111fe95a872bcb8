// Routes against all ways written down: each way from a maker to a reader is the list of the inputs that it takes, from the reader down, and its number is its place among them in order.
#include "plan/routes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace cep::plan;

namespace {

using Way = std::vector<size_t>;  // inputs, from the reader down

std::vector<Way> ways_through(const Plan& plan, const std::vector<Input>& inputs);

std::vector<Way> ways_to(const Plan& plan, int node) {
  const Node& n = plan.nodes[static_cast<size_t>(node)];
  return n.kind == NodeKind::kDerive ? ways_through(plan, n.inputs) : std::vector<Way>{{}};
}

std::vector<Way> ways_through(const Plan& plan, const std::vector<Input>& inputs) {
  std::vector<Way> all;
  for (size_t i = 0; i < inputs.size(); ++i)
    for (Way way : ways_to(plan, inputs[i].node)) {
      way.insert(way.begin(), i);
      all.push_back(std::move(way));
    }
  return all;
}

uint32_t number_of(const Plan& plan, const std::vector<uint32_t>& routes, const std::vector<Input>& inputs, const Way& way, size_t from) {
  const uint32_t first = first_routes(inputs, routes)[way[from]];
  if (from + 1 == way.size()) return first;
  return first + number_of(plan, routes, plan.nodes[static_cast<size_t>(inputs[way[from]].node)].inputs, way, from + 1);
}

Node node_of(NodeKind kind, const std::vector<int>& inputs) {
  Node n;
  n.kind = kind;
  for (int i : inputs) n.inputs.push_back({i, {}});
  return n;
}

}  // namespace

TEST_CASE("each way to a reader has the number of its place") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    Plan plan;
    plan.nodes.push_back(node_of(NodeKind::kSource, {}));
    plan.nodes.push_back(node_of(NodeKind::kSource, {}));
    while (plan.nodes.size() < 9) {
      std::vector<int> inputs;
      for (unsigned i = 1 + random() % 3; i > 0; --i) inputs.push_back(static_cast<int>(random() % plan.nodes.size()));
      plan.nodes.push_back(node_of(random() % 4 ? NodeKind::kDerive : NodeKind::kPattern, inputs));
    }
    const std::vector<uint32_t> routes = count_routes(plan);
    for (size_t reader = 2; reader < plan.nodes.size(); ++reader) {
      const std::vector<Input>& inputs = plan.nodes[reader].inputs;
      const std::vector<Way> all = ways_through(plan, inputs);
      REQUIRE(std::is_sorted(all.begin(), all.end()));
      CHECK(first_routes(inputs, routes).back() == all.size());
      for (size_t i = 0; i < all.size(); ++i) REQUIRE(number_of(plan, routes, inputs, all[i], 0) == i);
    }
  }
}

TEST_CASE("what is beyond the bound stays just beyond it") {
  Plan plan;
  plan.nodes.push_back(node_of(NodeKind::kSource, {}));
  for (int i = 0; i < 100; ++i) plan.nodes.push_back(node_of(NodeKind::kDerive, {i, i}));
  const std::vector<uint32_t> routes = count_routes(plan);
  CHECK(routes[19] == 1u << 19);
  for (size_t i = 20; i <= 100; ++i) CHECK(routes[i] == kMostRoutes + 1);
}

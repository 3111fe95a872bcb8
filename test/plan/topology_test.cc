// The physical plan of programs made by hand: lanes, levels, clocks, feeds, placement; and the slices of windows.
#include <doctest/doctest.h>

#include "plan/physical/slices.h"
#include "plan/physical/topology.h"

using namespace cep;
using namespace cep::plan;

namespace {

Node source(const std::string& name) {
  Node n;
  n.name = name;
  n.schema.name = name;
  n.schema.fields.resize(2);
  return n;
}

Node derive(const std::string& name, std::vector<int> inputs) {
  Node n = source(name);
  n.kind = NodeKind::kDerive;
  for (int i : inputs) n.inputs.push_back({i, {}});
  return n;
}

Node pattern(const std::string& name, int input, uint16_t key) {
  Node n = source(name);
  n.kind = NodeKind::kPattern;
  n.inputs = {{input, {key}}};
  n.pattern = std::make_shared<PatternNode>();
  n.pattern->key_names = {"k"};
  n.pattern->key_types = {Type::kString};
  return n;
}

Slices slices(WindowKind kind, int64_t size, int64_t slide) {
  WindowAssigner a;
  a.kind = kind;
  if (kind == WindowKind::kCount) {
    a.count = size;
    a.count_every = slide;
  } else {
    a.size_ms = size;
    a.slide_ms = slide;
  }
  return slices_of(a);
}

}  // namespace

TEST_CASE("patterns with the same inputs by the same key share a lane; a reader of them stands a level above") {
  Plan plan;
  plan.nodes = {source("s"), pattern("p", 0, 0), pattern("q", 0, 0), pattern("by_other", 0, 1), pattern("above", 1, 0)};
  const Topology t = make_topology(plan);
  REQUIRE(t.lanes.size() == 3);
  CHECK(t.lanes[0].patterns == std::vector<int>{1, 2});
  CHECK(t.lanes[1].patterns == std::vector<int>{3});
  CHECK(t.lanes[2].patterns == std::vector<int>{4});
  CHECK(t.lanes[0].level == 0);
  CHECK(t.lanes[2].level == 1);
  CHECK(t.levels == 2);
  CHECK(t.behind[4] == std::vector<int>{0});
  CHECK(t.clocks.size() == 1);
  CHECK_FALSE(t.tables_of_operators);
}

TEST_CASE("an operator that goes on keeps its lane to itself and to those it was with") {
  Plan plan;
  plan.nodes = {source("s"), pattern("p", 0, 0), pattern("q", 0, 0), pattern("fresh", 0, 0)};
  const Topology t = make_topology(plan, {-1, 5, 5, -1});
  REQUIRE(t.lanes.size() == 2);
  CHECK(t.lanes[0].patterns == std::vector<int>{1, 2});
  CHECK(t.lanes[0].from == 5);
  CHECK(t.lanes[1].from == -1);
}

TEST_CASE("streams that anything reads together are one feed, at any depth and through shared streams") {
  Plan plan;
  plan.nodes = {source("a"), source("b"), source("c"), source("d"), derive("ab", {0, 1}), derive("bc", {1, 2})};
  const Topology t = make_topology(plan);
  CHECK(t.feed[0] == t.feed[1]);
  CHECK(t.feed[0] == t.feed[2]);
  CHECK(t.feed[3] != t.feed[0]);
  CHECK(t.feed[4] == -1);
  CHECK(t.behind[5] == std::vector<int>{1, 2});
}

TEST_CASE("a table of what an operator gives is told from one of what is derived") {
  Plan plan;
  plan.nodes = {source("s"), derive("d", {0}), pattern("p", 0, 0), derive("of_p", {2})};
  plan.tables.resize(1);
  plan.tables[0].stream = 1;
  CHECK_FALSE(make_topology(plan).tables_of_operators);
  plan.tables[0].stream = 3;
  CHECK(make_topology(plan).tables_of_operators);
  plan.nodes[1].unique = {{{0}, 1000}};
  plan.tables[0].stream = 1;
  CHECK(make_topology(plan).tables_of_operators);
}

// Each stage reads the one before it twice: what walked down from every node anew would visit 2^60 of them.
TEST_CASE("the work is linear in the nodes though every stream is read by two routes") {
  Plan plan;
  plan.nodes = {source("s"), pattern("p", 0, 0)};
  int last = 1;
  for (int i = 0; i < 60; ++i) {
    plan.nodes.push_back(derive("a" + std::to_string(i), {last}));
    plan.nodes.push_back(derive("b" + std::to_string(i), {last}));
    const int n = static_cast<int>(plan.nodes.size());
    plan.nodes.push_back(derive("u" + std::to_string(i), {n - 2, n - 1}));
    last = n;
  }
  const std::vector<Placement> placement = place(plan);
  CHECK(placement.back().known);
  CHECK(placement.back().slots == std::vector<uint16_t>{0});
  const Topology t = make_topology(plan);
  CHECK(t.behind.back() == std::vector<int>{0});
}

TEST_CASE("slices are the longest stretches that no window divides") {
  auto is = [](Slices s, int64_t length, int64_t per_window) { return s.length == length && s.per_window == per_window; };
  CHECK(is(slices(WindowKind::kTumbling, 600, 0), 600, 1));
  CHECK(is(slices(WindowKind::kSliding, 600, 240), 120, 5));
  CHECK(is(slices(WindowKind::kSliding, 240, 600), 120, 2));
  CHECK(is(slices(WindowKind::kCount, 6, 4), 2, 3));
  CHECK(is(slices(WindowKind::kCount, 6, 0), 6, 1));
  CHECK(is(slices(WindowKind::kSession, 600, 0), 0, 0));
  CHECK(is(slices(WindowKind::kGlobal, 0, 0), 0, 0));
}

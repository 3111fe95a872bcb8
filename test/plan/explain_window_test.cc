// `explain` of windows, joins and tables, made by hand: what they are, what they keep, where rows change shards.
#include <doctest/doctest.h>

#include "plan/explain.h"
#include "plan/explain_window.h"

using namespace cep;
using namespace cep::plan;

namespace {

event::Field field(const std::string& name, Type type) {
  event::Field f;
  f.name = name;
  f.type = type;
  return f;
}

Node stream(const std::string& name) {
  Node n;
  n.name = name;
  n.schema.name = name;
  n.schema.fields = {field("k", Type::kString), field("u", Type::kString), field("ts", Type::kTimestamp)};
  n.source.time_field = 2;
  n.source.watermark.delay_ms = 5000;
  return n;
}

Node window(const std::string& name, int input, uint16_t key) {
  Node n;
  n.kind = NodeKind::kWindow;
  n.name = name;
  n.inputs = {{input, {key}}};
  n.schema.fields = {field("k", Type::kString), field("start", Type::kTimestamp), field("end", Type::kTimestamp),
                     field("ids", Type::kList)};
  n.window = std::make_shared<WindowNode>();
  n.window->key_names = {"k"};
  n.window->key_types = {Type::kString};
  n.window->assigner.kind = WindowKind::kSliding;
  n.window->assigner.size_ms = 600'000;
  n.window->assigner.slide_ms = 240'000;
  n.window->lateness_ms = 30'000;
  n.window->early_count = 7;
  n.window->accumulation = Accumulation::kRetracting;
  expr::AggregateCall call;
  call.function = expr::find_aggregate("collect");
  n.window->aggregates.push_back(call);
  auto e = std::make_shared<expr::Expr>();
  e->op = expr::Op::kAggregate;
  e->type = Type::kList;
  n.window->select = {{"ids", e}};
  return n;
}

Node join(const std::string& name, int a, int b) {
  Node n;
  n.kind = NodeKind::kJoin;
  n.name = name;
  n.inputs = {{a, {0}}, {b, {1}}};
  n.schema.fields = {field("k", Type::kString), field("start", Type::kTimestamp), field("end", Type::kTimestamp),
                     field("x", Type::kInt)};
  n.join = std::make_shared<JoinNode>();
  n.join->key_names = {"k"};
  n.join->left = true;
  n.join->lower_ms = -5000;
  n.join->upper_ms = 60'000;
  auto e = std::make_shared<expr::Expr>();
  e->op = expr::Op::kLookup;
  e->type = Type::kInt;
  e->slots = {1};
  e->args = {};
  n.join->select = {{"x", e}};
  return n;
}

// e, f; w on e by k; a window on w by ids' place; j on w and f; a table fed from e.
Plan sample() {
  Plan plan;
  plan.nodes = {stream("e"), stream("f"), window("w", 0, 0), window("again", 2, 3), join("j", 2, 1)};
  Table t;
  t.name = "profiles";
  t.schema.fields = {field("k", Type::kString), field("n", Type::kInt)};
  t.key = {0};
  t.stream = 0;
  plan.tables.push_back(t);
  return plan;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the text of a window: kinds, panes, firing, state, exchange") {
  const std::string text = explain_text(sample(), {});
  CAPTURE(text);
  CHECK(has(text, "window w: sliding 10m every 4m"));
  CHECK(has(text, "each value of k has windows of its own"));
  CHECK(has(text, "an event is in up to 3 of them"));
  CHECK(has(text, "5 of 2m to a window"));
  CHECK(has(text, "early, after every 7 events, on time, when the watermark reaches its end, late"));
  CHECK(has(text, "taken back"));
  CHECK(has(text, "all of whose windows ended more than 30s ago is late"));
  CHECK(has(text, "up to about 6 panes for each key, each with 1 aggregate, of which collect keeps values"));
  CHECK(has(text, "exchange  what w gives goes to the shard of its ids"));
}

TEST_CASE("the text of a join and a table") {
  const std::string text = explain_text(sample(), {});
  CAPTURE(text);
  CHECK(has(text, "left join j: between -5s and 1m"));
  CHECK(has(text, "whose time less its own lies from -5s to 1m"));
  CHECK(has(text, "an event of w is kept until the watermark is 1m past it, one of f until it is 5s past"));
  CHECK(has(text, "table profiles"));
  CHECK(has(text, "the latest row of e per key"));
  CHECK(has(text, "asked by  j"));
  CHECK(has(text, "read by   w, table profiles"));
}

TEST_CASE("rows change their shard only where the key changes") {
  Plan plan = sample();
  CHECK_FALSE(is_exchange(place(plan), plan.nodes[2].inputs[0]));  // a source
  CHECK(is_exchange(place(plan), plan.nodes[3].inputs[0]));
  CHECK_FALSE(is_exchange(place(plan), plan.nodes[4].inputs[0]));  // by the key of w
  Node derived;
  derived.kind = NodeKind::kDerive;
  derived.name = "d";
  derived.inputs = {{2, {}}};
  derived.derive.has_select = true;
  auto e = std::make_shared<expr::Expr>();
  e->op = expr::Op::kField;
  e->slots = {0};
  derived.derive.select = {{"other", nullptr}, {"who", e}};
  plan.nodes.push_back(derived);
  CHECK_FALSE(is_exchange(place(plan), Input{5, {1}}));
  CHECK(is_exchange(place(plan), Input{5, {0}}));
}

TEST_CASE("dot and JSON") {
  const std::string dot = explain_dot(sample(), {});
  CAPTURE(dot);
  CHECK(has(dot, "window w\\nsliding 10m every 4m"));
  CHECK(has(dot, "[label=\"by ids\\nexchange\"]"));
  CHECK(has(dot, "t0 -> n4 [style=dashed]"));
  CHECK(has(dot, "n0 -> t0"));
  const std::string json = explain_json(sample(), {});
  CAPTURE(json);
  CHECK(has(json, R"("kind":"window")"));
  CHECK(has(json, R"("assigner":"sliding 10m every 4m","pane_ms":120000,"panes_per_window":5)"));
  CHECK(has(json, R"("aggregates":["collect"])"));
  CHECK(has(json, R"("key":["ids"],"exchange":true)"));
  CHECK(has(json, R"("left":true,"lower_ms":-5000,"upper_ms":60000)"));
  CHECK(has(json, R"("tables":["profiles"])"));
  CHECK(has(json, R"("tables":[{"name":"profiles")"));
}

TEST_CASE("other kinds of windows in words") {
  Plan plan = sample();
  WindowNode& w = *plan.nodes[2].window;
  w.assigner = {};
  w.assigner.kind = WindowKind::kCount;
  w.assigner.count = 3;
  w.assigner.count_every = 2;
  CHECK(has(explain_text(plan, {}), "window w: count 3 every 2"));
  CHECK(has(explain_text(plan, {}), "a key is never forgotten"));
  w.limit_keys_ms = 60'000;
  CHECK(has(explain_text(plan, {}), "a key that rests for 1m is forgotten"));
  w.assigner.kind = WindowKind::kRolling;
  w.assigner.size_ms = 3'600'000;
  CHECK(has(explain_text(plan, {}), "at each event the last 1h of its key"));
  w.assigner.kind = WindowKind::kSession;
  CHECK(has(explain_text(plan, {}), "sessions: events at most 1h apart"));
  w.assigner.kind = WindowKind::kGlobal;
  CHECK(has(explain_text(plan, {}), "one without an end for each key"));
}

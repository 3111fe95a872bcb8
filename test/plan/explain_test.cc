// `explain` of a small plan made by hand: words for people, states and edges, dot and JSON.
#include "plan/explain.h"

#include <doctest/doctest.h>

#include "plan/nfa/nfa_compiler.h"

using namespace cep;
using namespace cep::plan;
using Files = std::vector<SourceFile>;

namespace {

constexpr const char* kText =
    "type == \"LOGIN\"\n  and ok  # a comment\n|amount > 5|drain.amount|kind == 1|closed";

// An expression that stands for the text `part` of kText.
expr::ExprPtr at(std::string_view part) {
  const std::string_view text = kText;
  auto e = std::make_shared<expr::Expr>();
  e->op = expr::Op::kField;
  e->type = Type::kBool;
  e->slots = {0};
  const size_t begin = text.find(part);
  REQUIRE(begin != std::string_view::npos);
  e->span = {0, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + part.size())};
  return e;
}

const Files kFilesOfPlan = {{"f.cep", kText}};

event::Field field(const std::string& name, Type type) {
  event::Field f;
  f.name = name;
  f.type = type;
  return f;
}

Node source(const std::string& name) {
  Node n;
  n.name = name;
  n.schema.name = name;
  n.schema.fields = {field("user_id", Type::kString), field("ts", Type::kTimestamp)};
  n.source.time_field = 1;
  n.source.watermark.delay_ms = 5000;
  return n;
}

Stage stage(PatternNode* p, const std::string& name, Contiguity contiguity, std::string_view where) {
  Stage s;
  s.name = name;
  s.contiguity = contiguity;
  s.index = static_cast<int>(p->stages.size());
  const bool negated = contiguity == Contiguity::kNotNext || contiguity == Contiguity::kNotFollowedBy;
  p->stages.push_back({name, negated, -1});
  s.where = static_cast<int>(p->predicates.size());
  Predicate q;
  q.expr = at(where);
  p->predicates.push_back(q);
  return s;
}

Plan sample() {
  Plan plan;
  plan.nodes.push_back(source("logins"));
  plan.nodes.push_back(source("payments"));
  plan.nodes[1].source.when = at("kind == 1");
  Node n;
  n.kind = NodeKind::kPattern;
  n.name = "takeover";
  n.inputs = {{0, {0}}, {1, {0}}};
  n.pattern = std::make_shared<PatternNode>();
  PatternNode& p = *n.pattern;
  p.key_names = {"user_id"};
  p.key_types = {Type::kString};
  Stage login = stage(&p, "login", Contiguity::kBegin, "type == \"LOGIN\"\n  and ok");
  Stage drain = stage(&p, "drain", Contiguity::kFollowedBy, "amount > 5");
  drain.times_min = 2;
  drain.times_max = 4;
  drain.inner = InnerContiguity::kConsecutive;
  Stage none = stage(&p, "none", Contiguity::kNotFollowedBy, "closed");
  p.sequence = {login, drain, none};
  p.within_ms = 1'800'000;
  p.skip = Skip::kPastLast;
  p.description = "a stolen account";
  p.alert.emplace();
  p.alert->level = Level::kCritical;
  p.alert->has_message = true;
  p.alert->message = {{"took ", at("drain.amount")}, {" in all", nullptr}};
  p.alert->throttle_ms = 60'000;
  REQUIRE(compile_nfa(&p) == "");
  plan.nodes.push_back(n);
  return plan;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the text tells stages in words and in order") {
  const std::string text = explain_text(sample(), kFilesOfPlan);
  CAPTURE(text);
  CHECK(has(text, "3 operators"));
  CHECK(has(text, "stream logins: events that come from outside"));
  CHECK(has(text, "the greatest ts seen, less 5s for events that come late"));
  CHECK(has(text, "read together with payments: one feed"));
  CHECK(has(text, "belong to it if kind == 1"));
  CHECK(has(text, "pattern takeover: a stolen account"));
  CHECK(has(text, "each value of user_id is a sequence of its own"));
  const size_t first = text.find("1. first an event where type == \"LOGIN\" and ok  → login");
  const size_t second = text.find(
      "2. then, with anything between that does not fit, 2 to 4 events in a row where amount > 5  → drain");
  const size_t third = text.find("3. then, to the end of the limit, no event may come where closed  (none)");
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(third != std::string::npos);
  CHECK(first < second);
  CHECK(second < third);
  CHECK(has(text, "less than 30m from the first event to the last"));
  CHECK(has(text, "skip past last event"));
  CHECK(has(text, "critical \"took {drain.amount} in all\", at most once per 1m and key"));
  CHECK(has(text, "the least watermark of logins, payments"));
  CHECK(has(text, "p1  amount > 5   (asked once for each event)"));
  CHECK(has(text, "automaton "));
  CHECK(has(text, "take it"));
}

TEST_CASE("without the files conditions are their canonical text") {
  const Plan plan = sample();
  const std::string text = explain_text(plan, {});
  CHECK(has(text, "where " + expr::canonical_text(*plan.nodes[2].pattern->predicates[1].expr)));
}

TEST_CASE("a key field in a message stands under its own name") {
  Plan plan = sample();
  auto key = std::make_shared<expr::Expr>();
  key->op = expr::Op::kStageLast;
  key->slots = {0, 0};
  key->stage = 0;
  key->span = {0, 3, 5};
  plan.nodes[2].span = key->span;
  plan.nodes[2].pattern->alert->message = {{"of ", key}};
  CHECK(has(explain_text(plan, kFilesOfPlan), "critical \"of {user_id}\""));
  CHECK(has(explain_json(plan, kFilesOfPlan), R"("message":"of {user_id}")"));
}

TEST_CASE("a pattern without a limit says so") {
  Plan plan = sample();
  PatternNode& p = *plan.nodes[2].pattern;
  p.sequence.pop_back();
  p.within_ms = -1;
  CHECK(has(explain_text(plan, kFilesOfPlan), "may be held for ever"));
  p.sequence.pop_back();
  CHECK(has(explain_text(plan, kFilesOfPlan), "ends at the first event that does not fit"));
}

TEST_CASE("streams that are not read together are feeds of their own") {
  Plan plan = sample();
  plan.nodes[2].inputs.pop_back();
  CHECK_FALSE(has(explain_text(plan, kFilesOfPlan), "read together"));
}

TEST_CASE("dot names every operator, state and edge, and balances its braces") {
  const Plan plan = sample();
  const std::string dot = explain_dot(plan, kFilesOfPlan);
  CAPTURE(dot);
  CHECK(has(dot, "digraph plan {"));
  CHECK(has(dot, "n0 -> n2 [label=\"by user_id\"]"));
  CHECK(has(dot, "n1 -> n2"));
  CHECK(has(dot, "subgraph cluster_2"));
  for (size_t s = 0; s < plan.nodes[2].pattern->nfa.states.size(); ++s)
    CHECK(has(dot, "s2_" + std::to_string(s) + " ["));
  CHECK(has(dot, "type == \\\"LOGIN\\\" and ok"));
  CHECK(dot.substr(dot.size() - 2) == "}\n");
}

TEST_CASE("JSON holds the plan in a fixed order") {
  const std::string json = explain_json(sample(), kFilesOfPlan);
  CAPTURE(json);
  CHECK(has(json,
            R"({"nodes":[{"name":"logins","kind":"source","fields":[{"name":"user_id","type":"string"})"));
  CHECK(has(json, R"("watermark":{"delay_ms":5000})"));
  CHECK(has(json, R"("inputs":[{"node":"logins","key":["user_id"]},{"node":"payments","key":["user_id"]}])"));
  CHECK(has(json,
            R"({"contiguity":"followedBy","name":"drain","where":1,"modifiers":"times 2..4 consecutive"})"));
  CHECK(has(json, R"("within_ms":1800000,"after_match":"skip past last event")"));
  CHECK(has(json,
            R"("alert":{"level":"critical","message":"took {drain.amount} in all","throttle_ms":60000})"));
  CHECK(has(json, R"("automaton":{"start":)"));
  CHECK(json == explain_json(sample(), kFilesOfPlan));
}

// Conditions over what the run has taken, and `every D`.
#include <doctest/doctest.h>

#include "operators/pattern_harness.h"

using namespace cep;  // NOLINT
using expr::Expr;
using expr::ExprPtr;
using expr::Op;
using test::PatternHarness;

namespace {

ExprPtr make(Op op, Type type, std::vector<ExprPtr> args, int stage = -1) {
  Expr e;
  e.op = op;
  e.type = type;
  e.args = std::move(args);
  e.stage = stage;
  e.slots = {1};  // the number of the event
  return std::make_shared<const Expr>(std::move(e));
}

ExprPtr number() { return make(Op::kField, Type::kInt, {}); }
ExprPtr last(int stage) { return make(Op::kStageLast, Type::kInt, {}, stage); }
ExprPtr count(int stage) { return make(Op::kStageCount, Type::kInt, {}, stage); }
ExprPtr constant(int64_t i) {
  Expr e;
  e.type = Type::kInt;
  e.constant = OwnedValue(Value::integer(i));
  return std::make_shared<const Expr>(std::move(e));
}

// The pattern with predicate `index` reading the history.
PatternHarness with(const std::string& text, size_t index, ExprPtr e) {
  plan::PatternNode p = test::compile_pattern(text);
  p.predicates[index].expr = std::move(e);
  p.predicates[index].on_history = true;
  return PatternHarness(std::move(p));
}

}  // namespace

TEST_CASE("a condition on an earlier stage belongs to the run") {
  const ExprPtr same = make(Op::kEq, Type::kBool, {number(), last(0)});
  PatternHarness h = with("begin a p0 followedBy b p2 within 10 skip past timeouts", 2, same);
  CHECK(h.feed("a1@1 a2@2").matches() == "");
  CHECK(h.feed("x2@3").matches() == "");
  CHECK(h.stats().held == 1);
  CHECK(h.until(11).matches() == "a2x2");
  CHECK(h.timeouts() == "a1");
}

TEST_CASE("each run sees its own events: a rising sequence") {
  const ExprPtr rises = make(Op::kGt, Type::kBool, {number(), last(1)});
  PatternHarness h = with("begin a p0 next r p1 times 2 consecutive", 1,
                          make(Op::kOr, Type::kBool, {rises, make(Op::kEq, Type::kBool, {count(1), constant(0)})}));
  CHECK(h.feed("a9 a1 a2").matches() == "a9a1a2");
  CHECK(h.feed("a2 a5").matches() == "a2a2a5");
}

TEST_CASE("a condition of the first stage over itself sees nothing taken yet") {
  PatternHarness h = with("begin a p0", 0, make(Op::kEq, Type::kBool, {count(0), constant(0)}));
  CHECK(h.feed("x1 x2").matches() == "x1 x2");
  PatternHarness null = with("begin a p0", 0, make(Op::kGe, Type::kBool, {number(), last(0)}));
  CHECK(null.feed("x1 x2").matches() == "");
}

TEST_CASE("every D: neighbours in the loop are less than D apart") {
  PatternHarness h("begin a p0 times 3 every 5 timeouts");
  CHECK(h.feed("a1@1 a2@5 a3@9").matches() == "a1a2a3");
  CHECK(h.until(13).timeouts() == "");
  CHECK(h.until(14).timeouts() == "a2a3 a3");
  CHECK(h.timeout_end == 14);
  CHECK(h.feed("a4@20 a5@25").matches() == "");
  CHECK(h.timeouts() == "a4");
  CHECK(h.end().timeouts() == "a5");
  CHECK(h.stats().bytes == 0);
}

TEST_CASE("every D: a run that can leave its loop goes on after the gap") {
  PatternHarness h("begin a p0 oneOrMore every 5 followedBy b p1 timeouts");
  h.feed("a1@1 a2@20");
  CHECK(h.timeouts() == "");
  CHECK(h.feed("b1@21").matches() == "a1b1 a2b1");
  CHECK(h.end().timeouts() == "a2");  // it had ignored b1 inside the loop and waited for a third
}

TEST_CASE("every D: a run that ignored something inside its loop ends by time") {
  PatternHarness h("begin a p0 times 1..2 every 5 next b p1 timeouts");
  h.feed("a1@1 x@2");
  CHECK(h.stats().runs == 1);
  CHECK(h.evaluator().next_deadline() == 6);
  CHECK(h.until(6).timeouts() == "a1");
  CHECK(h.stats().bytes == 0);
}

TEST_CASE("every D: a greedy loop no longer holds the next stage back once its gap has passed") {
  const std::string pattern = "begin a p0 oneOrMore greedy every 5 next b p1";
  CHECK(test::matches_of(pattern, "a1@1 ab2@2 b1@3") == "a1ab2b1 ab2b1");
  CHECK(test::matches_of(pattern, "a1@1 ab2@7 b1@8") == "a1ab2 ab2b1");
}

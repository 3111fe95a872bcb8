// What is refused beyond the cases of test/conformance/refused.yaml, and that each refusal says the
// way out.
#include "binder_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

TEST_CASE("refusals stand under the word that is too much, and say why") {
  struct Case {
    const char* body;
    const char* place;
    const char* message;
  };
  const Case cases[] = {
      {"begin a where v == 1 where v == 2", "where", "join conditions with `and`"},
      {"begin a times 2 until v == 1", "until", "add `oneOrMore`"},
      {"begin a times 2..4 until v == 1", "until", "without an upper bound"},
      {"begin a every 5s", "every", "speaks of the events of a loop"},
      {"begin { begin a next b } times 2 every 5s", "every", "not a group"},
      {"begin a oneOrMore every 0s", "0s", "longer than 0s"},
      {"begin a oneOrMore every 2m within 1m", "every", "longer than the pattern's `within`"},
      {"begin a times 0..0", "times", "never takes an event"},
      {"begin a times 2000000", "times", "at most"},
      {"begin a times 3..2", "times", "greater number first"},
      {"begin a next b oneOrMore greedy next c optional within 1m", "optional", "may be left out"},
      {"begin { begin a next b oneOrMore greedy } next c within 1m", "greedy", "last stage of a group"},
      {"begin a notFollowedBy x where v == 1 notNext y where v == 2 next c within 1m", "notNext",
       "write `notNext` first"},
      {"begin { begin a optional next b optional } times 2 within 1m", "{", "can be empty"},
      {"notFollowedBy a where v == 1 followedBy b within 1m", "notFollowedBy", "start with `begin`"},
      {"next a followedBy b within 1m", "next", "starts with `begin`"},
      {"begin a begin b within 1m", "begin", "only the first stage is `begin`"},
      {"begin a notFollowedBy { begin x next y } followedBy b within 1m", "notFollowedBy", "not a group"},
      {"begin a next b within 1m within 2m", "within", "a second `within`"},
      {"begin a next b within 1m select x = 1, x = 2", "x", "two fields `x`"},
      {"begin a next b within 1m select start = a.v", "start", "of itself"},
      {"begin a next b within 1m after match skip to first c", "c", "no stage `c`"},
      {"begin a next b within 0s", "0s", "longer than 0s"},
      {"begin a next b within 0s between events", "0s", "longer than 0s"},
      {"begin a next b within 1m alert low \"x\" at most once per 0s", "0s", "longer than 0s"},
      {"begin a next b within 1m alert low \"{v}\"", "v", "which event's `v`?"},
      {"begin a next b where v > b.v within 1m", "b.v", "write `v` for the current event"},
      {"begin a where first(a.v, 1) == 1 within 1m", "a.v", "takes a single event"},
      {"begin a where sum(a.v) > 1 within 1m", "a.v", "write `v` for the current event"},
      {"begin a where count(a) < 1 within 1m", "a", "write the condition without it"},
      {"begin a next b where b.v is null optional within 1m", "b.v", "make `b` a loop"},
      {"begin a next { begin b where v > b.v next c } optional within 1m", "b.v", "make `b` a loop"},
      {"begin a notFollowedBy b", "b", "`within D between events` (from the last)"},
      {"begin a next b within 1m alert loww", "loww", "did you mean `low`?"},
      {"begin a next b within 1m alert low \"x\" at most once per 1m by id", "id",
       "say it in `select`, such as `select id = b.id`"},
  };
  for (const Case& it : cases) {
    Compiled c = compile_pattern(it.body);
    CAPTURE(it.body);
    CAPTURE(c.text());
    CHECK(c.errors() == 1);
    if (c.errors() != 1) continue;
    CHECK(c.place(0) == it.place);
    CHECK(contains(c.message(0), it.message));
  }
}

TEST_CASE("what a journal holds was taken once: later refusals are warnings there") {
  const std::vector<SourceFile> files = {
      {"p.cep", "stream e (v int, ts timestamp) time ts\npattern p on e { begin a next b where b.v is null or v > b.v within 1m }"}};
  CHECK(compile(files).plan == nullptr);
  const CompileResult recorded = compile(files, true);
  CHECK(recorded.plan != nullptr);
  REQUIRE(recorded.diagnostics.size() == 2);
  for (const Diagnostic& d : recorded.diagnostics) {
    CHECK(d.severity == Severity::kWarning);
    CHECK(contains(d.message, "takes a single event"));
  }
}

TEST_CASE("what stands near the refusals loads") {
  const char* const bodies[] = {
      "begin a notFollowedBy b within 5s between events",
      "begin a times 2..3 notFollowedBy b where k == \"x\" within 5s between events within 1m",
      "begin { begin a next b where v > coalesce(b.v, 0) } times 2 within 1m",
      "begin a next b where v > coalesce(b.v, 0) times 2 within 1m",
      "begin a next b where v > coalesce(b.v, 0) times 0..1 within 1m",
      "begin a oneOrMore until v == 1 within 1m",
      "begin a times 2+ until v == 1 optional next b within 1m",
      "begin a times 3 greedy next b within 1m",
      "begin a times 0..2 allowCombinations next b within 5s",
      "begin { begin a next b optional } times 2 within 1m",
      "begin { begin a optional next b optional } within 1m",
      "begin a notNext y where v == 1 notFollowedBy x where v == 2 followedBy c within 1m",
      "begin a notNext y where v == 1",
      "begin a oneOrMore every 10s within 10s",
      "begin a next b within 5s within 5s between events",
      "begin a next b within 1m select x = a.v alert low \"{x}\" at most once per 1m by x on timeout { "
      "select y = a.v alert info \"{y}\" }",
  };
  for (const char* body : bodies) {
    Compiled c = compile_pattern(body);
    CAPTURE(c.text());
    CHECK(c.ok());
  }
}

TEST_CASE("stages become the plan") {
  Compiled c = compile_pattern(
      "begin a where v == 1\n"
      "followedByAny { begin b where v == 1 times 2..3 consecutive greedy\n next m next c : e optional } "
      "times 2+ "
      "allowCombinations until v == 9\n"
      "followedBy d where v == a.v\n"
      "within 1m within 30s between events after match skip to last b tags net, \"web shop\" description "
      "\"what it finds\"");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const plan::PatternNode& p = c.pattern("p");
  CHECK(p.sequence[0].where == p.sequence[1].group[0].where);  // shared
  CHECK(p.sequence[1].group[0].times_min == 2);
  CHECK(p.sequence[1].group[0].times_max == 3);
  CHECK(p.sequence[1].group[0].greedy);
  CHECK(p.sequence[1].group[0].inner == plan::InnerContiguity::kConsecutive);
  CHECK(p.sequence[1].group[2].optional);
  CHECK(p.sequence[1].times_max == plan::kUnbounded);
  CHECK(p.sequence[1].inner == plan::InnerContiguity::kCombinations);
  CHECK(p.sequence[1].until >= 0);
  CHECK(p.sequence[2].index == 4);
  CHECK(p.stages[3].input == 0);
  CHECK(p.predicates[static_cast<size_t>(p.sequence[1].group[2].where)].input == 0);
  CHECK(p.predicates[static_cast<size_t>(p.sequence[2].where)].on_history);
  CHECK(!p.predicates[static_cast<size_t>(p.sequence[0].where)].on_history);
  CHECK(p.within_ms == 60'000);
  CHECK(p.gap_ms == 30'000);
  CHECK(p.skip == plan::Skip::kToLast);
  CHECK(p.skip_stage == 1);
  CHECK(p.tags == std::vector<std::string>{"net", "web shop"});
  CHECK(p.description == "what it finds");
  CHECK(!p.nfa.states.empty());
}

}  // namespace cep::lang

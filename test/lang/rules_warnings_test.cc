// Warnings, and that what is fine is not warned of.
#include "binder_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {

TEST_CASE("warnings") {
  struct Case {
    const char* body;
    const char* message;
  };
  const Case cases[] = {
      {"begin a followedBy b", "has no `within`: a partial match that waits at `b`"},
      {"begin a oneOrMore", "waits at `a`"},
      {"begin { begin a next b } times 2", "waits at the group"},
      {"begin a oneOrMore consecutive", "nothing bounds the loop `a`"},
      {"begin a oneOrMore allowCombinations within 1h", "1,048,575 matches"},
      {"begin a followedByAny b oneOrMore within 1h", "210 matches"},
      {"begin a where v == 1 and v == 2 next b within 1m", "`a` can never match"},
      {"begin a where k == \"x\" and k in (\"y\", \"z\") next b within 1m", "can never match"},
      {"begin a where v > 5 and v < 3 next b within 1m", "can never match"},
      {"begin a where v >= 5 and 5 > v next b within 1m", "can never match"},
      {"begin a where v is null and v > 1 next b within 1m", "can never match"},
      {"begin a where false next b within 1m", "can never match"},
      {"begin a where k == \"x\" and k != \"x\" next b within 1m", "can never match"},
      {"begin a where (v == 1 and v == 2) or false next b within 1m", "can never match"},
      {"begin a where v > a.v times 3 within 1m", "the condition of `a` needs an earlier event"},
      {"begin a where count(a) > 1 times 3 within 1m", "needs an earlier event"},
      {"begin a next b where v > b.v times 2 optional within 1m", "always left out"},
      // A ban that fits what the loop before it takes (rule 9).
      {"begin a where v > 5 times 3 notFollowedBy x where v > 3 within 1m", "its second event always ends the match"},
      {"begin a where v > 5 times 3 notFollowedBy x next b within 1m", "`x` forbids what `a` takes"},
      {"begin a times 2+ notFollowedBy x followedBy b within 1m", "the pattern never matches"},
      {"begin a where k == \"x\" times 2..4 notFollowedBy x where k in (\"x\", \"y\") followedBy b within 1m", "never matches"},
      {"begin a where k in (\"x\", \"y\") and v > 1 times 2 notFollowedBy x where k in (\"y\", \"x\", \"z\") next b within 1m", "never matches"},
      {"begin a where v > 5 times 2 notFollowedBy x where v is not null next b within 1m", "never matches"},
      {"begin a where v > 5 times 2 notFollowedBy x where v == 1 or v >= 5 next b within 1m", "never matches"},
      {"begin a where v == 1 or v == 2 times 2 notFollowedBy x where v < 3 next b within 1m", "never matches"},
      {"begin { begin a where v > 5 next b } times 2 notFollowedBy x where v > 5 next c within 1m", "forbids what the group takes"},
      {"begin { begin a where v > 5 times 2 notFollowedBy x where v > 5 next c } next d within 1m", "never matches"},
      // A greedy loop that keeps what the stage behind it could take (rule 6).
      {"begin a where v > 3 times 2..4 greedy next b where v > 5 within 1m", "or, when it has its 4 events, ends the match"},
      {"begin a where v > 3 oneOrMore greedy followedBy b where v > 3 within 1m", "`greedy` leaves no event for `b`"},
      {"begin a oneOrMore greedy next b where v > 3 within 1m", "take `greedy` off"},
      {"begin a where v > 3 times 1..2 greedy followedBy { begin b where v == 7 next c } within 1m", "leaves no event for `b`"},
      {"begin a oneOrMore within 10m", "210 matches; add `after match skip past last event`, or `at most once per D`"},
      {"begin a times 5+ within 10m", "20 of them within 10m give up to 136 matches"},
      {"begin a times 5+ followedBy b within 10m", "136 matches"},
      {"begin a times 5+ greedy within 10m", "136 matches"},
      {"begin a times 2..9 consecutive within 10m", "124 matches"},
      {"begin { begin a next b } oneOrMore within 10m", "fits the group"},
      {"begin a followedByAny b followedByAny c within 1h", "2 stages with `followedByAny` multiply"},
      {"begin a followedByAny b followedByAny c followedByAny d within 1h alert low", "1,140 matches"},
      {"begin a next b on timeout { alert low }", "never comes without a limit"},
  };
  for (const Case& it : cases) {
    Compiled c = compile_pattern(it.body);
    CAPTURE(it.body);
    CAPTURE(c.text());
    CHECK(c.errors() == 0);
    CHECK(c.warnings() == 1);
    CHECK(contains(c.text(), it.message));
  }
}

TEST_CASE("a skip strategy without within is warned of at its own place") {
  Compiled c = compile_pattern("begin a followedBy b after match skip past last event");
  CHECK(c.ok());
  REQUIRE(c.warnings() == 2);
  CHECK(contains(c.text(), "held back for ever"));
}

TEST_CASE("no warnings where all is well") {
  const char* const bodies[] = {
      "begin a followedBy b within 1h",
      "begin a next b",
      "begin a times 5 consecutive",
      "begin a followedBy b within 1m between events",
      "begin a oneOrMore every 10s",
      "begin a oneOrMore allowCombinations within 5s",
      "begin a times 2 allowCombinations within 1h",
      "begin a where a.v is null or v > a.v times 3 within 1m",
      "begin a where coalesce(a.v, 0) < v times 3 within 1m",
      "begin a times 5+ within 10m after match skip past last event",
      "begin a times 5+ within 10m after match skip to next event",
      "begin a times 5+ within 10m alert low at most once per 1h",
      "begin a where v > 5 times 5+ greedy followedBy b where v < 3 within 10m",
      "begin a oneOrMore within 10s",
      "begin a times 2..4 within 10m",
      "begin a followedBy b oneOrMore within 10m",
      "begin a followedByAny b within 10m",
      "begin a where v > 1 and v < 3 and k == \"x\" and k in (\"x\", \"y\") within 1m",
      "begin a where v == 1 or v == 2 within 1m",
      "begin a where k == \"a\" notNext x where k == \"b\"",
      "begin a where v > 5 oneOrMore notFollowedBy x where v > 3 next b within 10s",
      "begin a where v > 5 notFollowedBy x where v > 3 next b within 1m",
      "begin a where v > 5 times 3 notFollowedBy x where v > 6 next b within 1m",
      "begin a where v > 5 times 3 notFollowedBy x where v > 3 and k == \"x\" next b within 1m",
      "begin a where v > 5 or v is null times 3 notFollowedBy x where v > 3 next b within 1m",
      "begin a where v > 5 times 3 notFollowedBy x where v > 3 next b optional within 1m",
      "begin a where v > 3 times 2..4 greedy next b where v > 2 within 1m",
      "begin a where v > 3 times 2+ greedy until k == \"s\" next b where v > 5 within 1m",
      "begin a where v > 3 times 2..4 greedy next b where v < 3 within 1m",
      "begin a where v > 3 times 3 greedy next b where v > 5 within 1m",
      "begin a where v > 3 times 2..4 next b where v > 5 within 1m",
  };
  for (const char* body : bodies) {
    Compiled c = compile_pattern(body);
    CAPTURE(c.text());
    CHECK(c.ok());
    CHECK(c.warnings() == 0);
  }
}

TEST_CASE("a join's key that can be null") {
  const auto joined = [](const std::string& streams, const std::string& join) {
    Compiled c = compile_text(streams + "stream r (k string required, v int, ts timestamp) time ts\n" + join + " by k { between 0s and 1s select v = b.v }\n");
    CAPTURE(c.text());
    CHECK(c.ok());
    return c;
  };
  const std::string open = "stream l (k string, v int, ts timestamp) time ts\n";
  struct Case {
    std::string streams, join, message;  // empty: no warning
  };
  const Case cases[] = {
      {open, "join j on l a by k, r b", "such a row is lost; declare the field `required` in `l`"},
      {open, "left join j on l a by k, r b", "such a row comes out alone"},
      {open, "left join j on r b by k, l a", "such a row is lost"},
      {open + "stream d = l where v > 1\n", "join j on d a by k, r b", "in `l`"},
      {open + "stream d = l select v = v, k = k\n", "join j on d a by k, r b", "in `l`"},
      {open + "stream m (k string required, v int, ts timestamp) time ts\nstream d = m, l\n", "join j on d a by k, r b", "in `l`"},
      {"stream l (k string required, v int, ts timestamp) time ts\n", "join j on l a by k, r b", ""},
      {"stream l (k string default \"none\", v int, ts timestamp) time ts\n", "join j on l a by k, r b", ""},
      {open + "stream d = l where k is not null and v > 1\n", "join j on d a by k, r b", ""},
      {open + "stream d = l where k == \"x\"\n", "join j on d a by k, r b", ""},
      {open + "stream d = l select v = v, k = coalesce(k, \"\")\n", "join j on d a by k, r b", ""},
      {open + "window d on l by k { tumbling 1m select v = count() }\n", "join j on d a by k, r b", ""},
  };
  for (const Case& it : cases) {
    const Compiled c = joined(it.streams, it.join);
    CAPTURE(it.streams);
    CAPTURE(c.text());
    CHECK(c.warnings() == (it.message.empty() ? 0 : 1));
    CHECK(contains(c.text(), it.message));
  }
}

}  // namespace cep::lang

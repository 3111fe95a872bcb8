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
      {"begin a where v > a.v oneOrMore within 1m", "the condition of `a` needs an earlier event"},
      {"begin a where count(a) > 1 oneOrMore within 1m", "needs an earlier event"},
      {"begin a next b where v > b.v optional within 1m", "always left out"},
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
      "begin a where a.v is null or v > a.v oneOrMore within 1m",
      "begin a where coalesce(a.v, 0) < v oneOrMore within 1m",
      "begin a where v > 1 and v < 3 and k == \"x\" and k in (\"x\", \"y\") within 1m",
      "begin a where v == 1 or v == 2 within 1m",
      "begin a where k == \"a\" notNext x where k == \"b\"",
  };
  for (const char* body : bodies) {
    Compiled c = compile_pattern(body);
    CAPTURE(c.text());
    CHECK(c.ok());
    CHECK(c.warnings() == 0);
  }
}

}  // namespace cep::lang

// Small inputs with the matches that each rule of patterns makes of them, worked by hand.
#include <doctest/doctest.h>

#include "operators/pattern_harness.h"

using cep::test::matches_of;
using cep::test::PatternHarness;

TEST_CASE("a{3} on a1 to a6") {
  const std::string events = "a1 a2 a3 a4 a5 a6";
  CHECK(matches_of("begin a p0 times 3", events) == "a1a2a3 a2a3a4 a3a4a5 a4a5a6");
  CHECK(matches_of("begin a p0 times 3 skip next", events) == "a1a2a3 a2a3a4 a3a4a5 a4a5a6");
  CHECK(matches_of("begin a p0 times 3 skip past", events) == "a1a2a3 a4a5a6");
}

TEST_CASE("a+ on a1 a2 a3: each length as it grows") {
  PatternHarness h("begin a p0 oneOrMore");
  CHECK(h.feed("a1").matches() == "a1");
  CHECK(h.feed("a2").matches() == "a1a2 a2");
  CHECK(h.feed("a3").matches() == "a1a2a3 a2a3 a3");
  CHECK(matches_of("begin a p0 oneOrMore skip past", "a1 a2 a3") == "a1 a2 a3");
}

TEST_CASE("a next b+ on a b1 b2 b3") {
  CHECK(matches_of("begin a p0 next b p1 oneOrMore", "a1 b1 b2 b3") == "a1b1 a1b1b2 a1b1b2b3");
  CHECK(matches_of("begin a p0 next b p1 oneOrMore skip next", "a1 b1 b2 b3") == "a1b1");
  CHECK(matches_of("begin a p0 next b p1 oneOrMore skip past", "a1 b1 b2 b3") == "a1b1");
}

TEST_CASE("b+ next c on b1 b2 b3 c") {
  const std::string events = "b1 b2 b3 c1";
  CHECK(matches_of("begin b p1 oneOrMore next c p2", events) == "b1b2b3c1 b2b3c1 b3c1");
  CHECK(matches_of("begin b p1 oneOrMore next c p2 skip past", events) == "b1b2b3c1");
  CHECK(matches_of("begin b p1 oneOrMore next c p2 skip last b", events) == "b1b2b3c1 b3c1");
}

TEST_CASE("a followedBy b within 10: the limit is exclusive") {
  PatternHarness in("begin a p0 followedBy b p1 within 10 timeouts");
  CHECK(in.feed("a1@1 b1@10").matches() == "a1b1");
  CHECK(in.end().timeouts() == "");
  PatternHarness out("begin a p0 followedBy b p1 within 10 timeouts");
  CHECK(out.feed("a1@1 b1@11").matches() == "");
  CHECK(out.timeouts() == "a1");
  CHECK(out.timeout_end == 11);
}

TEST_CASE("a followedBy c notFollowedBy b within 10") {
  const std::string pattern = "begin a p0 followedBy c p2 notFollowedBy b p1 within 10 timeouts";
  PatternHarness h(pattern);
  CHECK(h.feed("a1@1 c1@9").matches() == "");
  CHECK(h.until(10).matches() == "");
  CHECK(h.until(11).matches() == "a1c1");
  CHECK(h.match_end == 11);
  CHECK(h.match_release == 11);
  CHECK(h.timeouts() == "");
  CHECK(matches_of(pattern, "a1@1 c1@9 b1@10") == "");
  CHECK(matches_of(pattern, "a1@1 c1@9 b1@11") == "a1c1");
  PatternHarness alone(pattern);
  CHECK(alone.feed("a1@1").end().matches() == "");
  CHECK(alone.timeouts() == "a1");
}

TEST_CASE("a followedBy b{2,3} followedBy c") {
  CHECK(matches_of("begin a p0 followedBy b p1 times 2..3 followedBy c p2", "a1 b1 x b2 b3 c1 c2") == "a1b1b2c1 a1b1b2b3c1");
  CHECK(matches_of("begin a p0 followedBy b p1 times 2..3 greedy followedBy c p2", "a1 b1 x b2 b3 c1 c2") == "a1b1b2b3c1");
}

TEST_CASE("a ban between two stages") {
  CHECK(matches_of("begin a p0 notFollowedBy x p3 followedByAny b p1", "a1 b1 d1 b2") == "a1b1");
}

TEST_CASE("a+ until b") {
  PatternHarness h("begin a p0 oneOrMore until p1");
  CHECK(h.feed("a1").matches() == "a1");
  CHECK(h.feed("c1 a2").matches() == "a1a2 a2");
  CHECK(h.feed("b1 a3").matches() == "a3");
}

TEST_CASE("contiguity inside a loop (rule 3)") {
  const std::string events = "a1 b1 d1 b2 d2 b3 c1";
  const std::string pattern = "begin a p0 followedByAny b p1 oneOrMore ";
  CHECK(matches_of(pattern + "consecutive followedBy c p2", events) == "a1b1c1 a1b2c1 a1b3c1");
  CHECK(matches_of(pattern + "followedBy c p2", events) == "a1b1c1 a1b1b2c1 a1b1b2b3c1 a1b2c1 a1b2b3c1 a1b3c1");
  CHECK(matches_of(pattern + "allowCombinations followedBy c p2", events) ==
        "a1b1c1 a1b1b2c1 a1b1b2b3c1 a1b1b3c1 a1b2c1 a1b2b3c1 a1b3c1");
  CHECK(matches_of("begin a p0 followedBy b p1 oneOrMore next c p2", "a1 b1 x c1") == "");
}

TEST_CASE("optional stages (rule 5)") {
  CHECK(matches_of("begin a p0 next b p1 optional followedBy c p2", "a1 b1 c1") == "a1c1 a1b1c1");
  CHECK(matches_of("begin a p0 next b p1 optional followedBy c p2", "a1 x b1 c1") == "a1c1");
  CHECK(matches_of("begin a p0 followedBy b p1 optional next c p2", "a1 x b1 c1") == "a1b1c1");
  CHECK(matches_of("begin a p0 followedBy b p1 optional next c p2", "a1 x c1") == "");
}

TEST_CASE("greedy and until (rules 6 and 7)") {
  CHECK(matches_of("begin a p0 followedBy b p1 oneOrMore greedy followedBy c p2", "a1 b1 x b2 c1") == "a1b1b2c1");
  CHECK(matches_of("begin a p0 followedBy b p1 oneOrMore until p3 followedBy c p2", "a1 d1 b1 c1") == "a1b1c1");
}

TEST_CASE("negation (rule 9)") {
  CHECK(matches_of("begin a p0 notFollowedBy x p3 followedBy c p2 optional followedBy d p4", "a1 c1 d1 e1") == "a1c1e1");
  CHECK(matches_of("begin a p0 notFollowedBy x p3 followedBy c p2 optional followedBy d p4", "a1 d1 e1") == "");
  PatternHarness next("begin a p0 notNext x p3");
  CHECK(next.feed("a1").matches() == "");
  CHECK(next.feed("b1").matches() == "a1");
  CHECK(next.match_end == 1);
  CHECK(next.match_release == 2);
  CHECK(matches_of("begin a p0 notNext x p3", "a1 d1 b1") == "");
}

TEST_CASE("a finished match waits for a run that began earlier (rule 16)") {
  PatternHarness h("begin a p0 followedBy b p1 within 10 skip past timeouts");
  h.feed("a1@1 a2@2");
  CHECK(h.feed("b1@3").matches() == "a1b1");
  PatternHarness held("begin a p0 followedByAny b p1 next c p2 optional next d p3 within 10 skip past timeouts");
  CHECK(held.feed("a1@1 a2@2 b1@3 d1@4").matches() == "a1b1d1");
  PatternHarness late("begin { begin a p0 next b p1 followedBy c p2 } optional followedBy d p3 within 10 skip past timeouts");
  CHECK(late.feed("a1@1 b1@2 d1@3").matches() == "");
  CHECK(late.stats().held == 1);
  CHECK(late.until(11).matches() == "d1");
  CHECK(late.match_end == 3);
  CHECK(late.match_release == 11);
  CHECK(late.timeouts() == "a1b1");
}

TEST_CASE("matches that come out together: by beginning, then stage by stage (rule 17)") {
  CHECK(matches_of("begin a p0 followedByAny b p1 oneOrMore allowCombinations next c p2", "a1 b1 b2 b3 c1") ==
        "a1b1b2b3c1 a1b1b3c1 a1b2b3c1 a1b3c1");
  CHECK(matches_of("begin a p0 next b p1 optional next c p2 optional followedBy d p3", "a1 b1 c1 d1") == "a1d1 a1b1d1 a1b1c1d1");
}

TEST_CASE("runs that end at one moment with the same events give one timeout (rule 12)") {
  PatternHarness h("begin a p0 followedBy b p1 optional followedBy c p2 optional followedBy d p3 within 5 timeouts");
  h.feed("a1@1 x@2").until(6);
  CHECK(h.timeouts() == "a1");
  CHECK(h.timeout_end == 6);
}

TEST_CASE("a gap between events is counted at every stage and ends by time (rule 12)") {
  PatternHarness h("begin a p0 followedBy b p1 oneOrMore gap 3 timeouts");
  CHECK(h.feed("a1@1 b1@3 b2@5").matches() == "a1b1 a1b1b2");
  CHECK(h.until(7).timeouts() == "");
  CHECK(h.until(8).timeouts() == "a1b1b2");
  CHECK(h.timeout_end == 8);
  CHECK(h.feed("b3@9").matches() == "");
}

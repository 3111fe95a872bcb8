// The limits of a key: deterministic, reported once for each key, event and kind.
#include <doctest/doctest.h>

#include "operators/pattern_harness.h"

using cep::Limits;
using cep::test::PatternHarness;

namespace {

Limits runs_per_key(uint64_t n) {
  Limits l;
  l.runs_per_key = n;
  return l;
}

Limits matches_per_event(uint64_t n) {
  Limits l;
  l.matches_per_event = n;
  return l;
}

}  // namespace

TEST_CASE("beyond runs_per_key the oldest beginning is dropped") {
  PatternHarness h("begin a p0 followedBy b p1", runs_per_key(3));
  h.feed("a1 a2 a3");
  CHECK(h.limits() == "");
  h.feed("a4");
  CHECK(h.limits() == "runs:1@4/1");
  CHECK(h.stats().runs == 3);
  CHECK(h.feed("b1").matches() == "a2b1 a3b1 a4b1");
}

TEST_CASE("a beginning is dropped whole, and the matches of the event stand") {
  PatternHarness h("begin a p0 followedByAny b p1 oneOrMore allowCombinations", runs_per_key(7));
  h.feed("a1 b1 b2 b3");
  CHECK(h.limits() == "runs:8@4/1");
  CHECK(h.matches() == "a1b1 a1b1b2 a1b2 a1b1b2b3 a1b1b3 a1b2b3 a1b3");
  CHECK(h.idle() == "1");
  CHECK(h.stats().bytes == 0);
}

TEST_CASE("an exponential pattern stays within the limit in memory and time") {
  PatternHarness h("begin a p0 followedByAny b p1 oneOrMore allowCombinations followedBy c p2", runs_per_key(1000));
  uint64_t most = 0;
  for (int i = 0; i < 200; ++i) {
    h.feed(i % 4 == 0 ? "ab1" : "b1");
    most = std::max(most, h.stats().runs);
  }
  CHECK(most > 100);
  CHECK(most <= 1000);
  CHECK(h.limits().find("runs:") == 0);
}

TEST_CASE("pruning in the middle of an event gives what pruning at its end would") {
  // The older beginning has 14 runs after the last event, more than twice the limit before all of them are
  // made.
  const std::string pattern =
      "begin a p0 followedByAny b p1 oneOrMore allowCombinations followedBy c p2 optional followedBy d p3 skip next";
  PatternHarness bounded(pattern, runs_per_key(6));
  bounded.feed("a1 b1 b2");
  CHECK(bounded.limits() == "");
  CHECK(bounded.stats().runs == 6);
  bounded.feed("ab3");
  CHECK(bounded.limits() == "runs:14@4/1");
  CHECK(bounded.stats().runs == 1);
  CHECK(bounded.feed("b4 d1").matches() == "ab3b4d1");
}

TEST_CASE("beyond matches_per_event the rest, in the order of matches, is not sent") {
  PatternHarness h("begin a p0 followedBy b p1", matches_per_event(2));
  CHECK(h.feed("a1 a2 a3 a4 a5 b1").matches() == "a1b1 a2b1");
  CHECK(h.limits() == "matches:3@6/1");
  CHECK(h.stats().bytes == 0);
  PatternHarness loop("begin a p0 followedByAny b p1 oneOrMore allowCombinations next c p2", matches_per_event(3));
  CHECK(loop.feed("a1 b1 b2 b3 c1").matches() == "a1b1b2b3c1 a1b1b3c1 a1b2b3c1");
  CHECK(loop.limits() == "matches:1@5/1");
}

TEST_CASE("of very many matches of an event only those to be sent are kept") {
  Limits l = matches_per_event(2);
  PatternHarness h("begin a p0 followedByAny b p1 oneOrMore allowCombinations next c p2", l);
  h.feed("a1 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 c1");
  CHECK(h.matches() == "a1b1b2b3b4b5b6b7b8b9b10b11b12c1 a1b1b2b3b4b5b6b7b8b9b10b12c1");
  CHECK(h.limits() == "matches:2046@14/1");
}

TEST_CASE("matches that time brings about are limited for each moment") {
  PatternHarness h("begin a p0 notFollowedBy b p1 within 5", matches_per_event(2));
  h.feed("a1@1 a2@1 a3@1 a4@2");
  CHECK(h.end().matches() == "a1 a2 a4");
  CHECK(h.limits() == "matches:1@6/1");
}

TEST_CASE("a match that is not sent skips all the same") {
  PatternHarness h("begin a p0 followedBy b p1 skip next", matches_per_event(1));
  CHECK(h.feed("a1 a2 b1").matches() == "a1b1");
  CHECK(h.limits() == "matches:1@3/1");
  CHECK(h.feed("b2").matches() == "");
}

TEST_CASE("held matches count like runs: the runs that hold them are dropped") {
  PatternHarness h("begin { begin a p0 next b p1 followedBy c p2 } optional followedBy d p3 skip past", runs_per_key(4));
  h.feed("a1 b1 d1 d2 d3");
  CHECK(h.matches() == "");
  h.feed("d4");
  CHECK(h.matches() == "d1 d2 d3 d4");
  CHECK(h.limits() == "runs:1@6/1");
  CHECK(h.stats().keys == 0);
}

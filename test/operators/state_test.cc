// What the evaluator keeps and lets go: keys, timers, memory; and the ends of time.
#include <doctest/doctest.h>

#include "operators/pattern_harness.h"

using cep::test::PatternHarness;

TEST_CASE("a key that nothing begins on costs nothing") {
  PatternHarness h("begin a p0 followedBy b p1 within 10");
  CHECK_FALSE(h.one(1, "x@1"));
  CHECK_FALSE(h.one(2, "b@1"));
  CHECK(h.stats().keys == 0);
  CHECK(h.stats().bytes == 0);
  CHECK(h.evaluator().next_deadline() == INT64_MAX);
  CHECK(h.idle() == "");
}

TEST_CASE("after all runs of a key end it is idle, and all memory is back") {
  for (const std::string end : {"", " timeouts", " skip past", " skip last a timeouts"}) {
    PatternHarness h("begin a p0 followedBy b p1 oneOrMore followedBy c p2 within 10" + end);
    CHECK(h.one(1, "a1@1"));
    CHECK(h.one(2, "a2@2"));
    CHECK(h.one(1, "b1@3"));
    CHECK(h.stats().keys == 2);
    CHECK(h.stats().runs == 2);
    CHECK(h.stats().bytes > 0);
    CHECK(h.evaluator().next_deadline() == 11);
    CHECK(h.until(11).idle() == "1");
    CHECK(h.until(12).idle() == "2");
    CHECK(h.stats().keys == 0);
    CHECK(h.stats().bytes == 0);
    CHECK(h.evaluator().next_deadline() == INT64_MAX);
  }
}

TEST_CASE("a key is idle at once when its last run matches") {
  PatternHarness h("begin a p0 next b p1");
  CHECK(h.one(1, "a1"));
  CHECK_FALSE(h.one(1, "b1"));
  CHECK(h.matches() == "a1b1");
  CHECK(h.idle() == "1");
  CHECK(h.stats().bytes == 0);
  CHECK_FALSE(PatternHarness("begin a p0").one(1, "a1"));
}

TEST_CASE("rows of any size and number are given back") {
  PatternHarness h("begin a p0 times 3 within 1000");
  for (int i = 0; i < 5000; ++i) h.one(static_cast<uint32_t>(i % 7), "a" + std::to_string(i) + std::string(i % 300 * (i % 11 == 0 ? 300 : 1), 'x'));
  CHECK(h.stats().bytes > 0);
  h.end();
  CHECK(h.stats().bytes == 0);
  CHECK(h.stats().keys == 0);
}

TEST_CASE("a row is copied once, however many runs take it") {
  PatternHarness h("begin a p0 followedByAny b p1 oneOrMore allowCombinations followedBy c p2 within 100");
  const std::string long_name = "b1" + std::string(30000, 'x');
  h.feed("a1 b1 b2 b3 b4 b5");
  const uint64_t before = h.stats().bytes;
  h.feed(long_name);
  CHECK(h.stats().runs > 60);
  CHECK(h.stats().bytes - before < 100000);
}

TEST_CASE("the moments of different keys come in order, keys of one moment by their first event") {
  PatternHarness h("begin a p0 followedBy b p1 within 10 timeouts");
  h.one(9, "a1@1");
  h.one(3, "a2@1");
  h.one(5, "a3@2");
  h.one(3, "a4@2");
  CHECK(h.end().timeouts() == "a1 a2 a3 a4");
}

TEST_CASE("timers of runs that are gone mean nothing, and do not pile up") {
  PatternHarness h("begin a p0 next b p1 within 1000000000 timeouts");
  for (int i = 0; i < 50000; ++i) h.feed("a1 x");
  CHECK(h.stats().bytes < 16 * 10000);
  h.feed("a2");
  CHECK(h.end().timeouts() == "a2");
}

TEST_CASE("a limit of any kind ends the runs of thousands of keys, each at its moment, though old timers were sifted out") {
  for (const std::string pattern : {"begin a p0 followedBy b p1 within 100000 timeouts", "begin a p0 followedBy b p1 gap 100000 timeouts",
                                    "begin a p0 times 2 every 100000 timeouts", "begin a p0 followedBy b p1 oneOrMore every 100000 followedBy c p2 within 200000 timeouts"}) {
    CAPTURE(pattern);
    const bool loop = pattern.find("oneOrMore") != std::string::npos;
    PatternHarness h(pattern);
    for (uint32_t key = 0; key < 9000; ++key) {
      h.one(key, "a" + std::to_string(key) + "@" + std::to_string(10 * key));
      if (loop) h.one(key, "b" + std::to_string(key) + "@" + std::to_string(10 * key));
    }
    CHECK(h.timeouts() == "");
    const int64_t limit = loop ? 200000 : 100000;
    for (int64_t key = 0; key < 9000; ++key) {
      h.until(10 * key + limit - 1);
      REQUIRE(h.timeouts() == "");
      h.until(10 * key + limit);
      const std::string number = std::to_string(key);
      REQUIRE(h.timeouts() == "a" + number + (loop ? "b" + number : ""));
    }
    CHECK(h.stats().keys == 0);
    CHECK(h.stats().bytes == 0);
  }
}

TEST_CASE("time that begins again after the end of the input") {
  PatternHarness h("begin a p0 followedBy b p1 within 10 timeouts");
  h.feed("a1@100").end();
  CHECK(h.timeouts() == "a1");
  h.feed("a2@5 b1@6");
  CHECK(h.matches() == "a2b1");
  h.feed("a3@7").until(17);
  CHECK(h.timeouts() == "a3");
  CHECK(h.timeout_end == 17);
}

TEST_CASE("the end of the input ends only runs that have a limit (rule 16)") {
  PatternHarness h("begin { begin a p0 next b p1 followedBy c p2 } optional followedBy d p3 skip past");
  h.feed("a1 b1 d1").end();
  CHECK(h.matches() == "");
  CHECK(h.stats().held == 1);
  CHECK(h.feed("c1").matches() == "");
  CHECK(h.feed("d2").matches() == "a1b1c1d2");
}

TEST_CASE("limits of time near the end of time do not overflow") {
  PatternHarness h("begin a p0 followedBy b p1 within 9000000000000000000 timeouts");
  h.feed("a1@9000000000000000000 b1@9000000000000000001");
  CHECK(h.matches() == "a1b1");
  h.feed("a2@9000000000000000002").end();
  CHECK(h.timeouts() == "a2");
}

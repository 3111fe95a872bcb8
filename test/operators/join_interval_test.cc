// Interval joins: bounds, order, rows without a partner, and what is kept how long.
#include <doctest/doctest.h>

#include "operators/join_harness.h"

namespace cep::test {

TEST_CASE("both bounds are inclusive, whichever side comes first") {
  JoinHarness j(interval_node(-5, 5));
  j.row(0, "k", 20, 1);
  for (int64_t t : {14, 15, 25, 26}) j.row(1, "k", t, t);
  for (int64_t t : {9, 10, 20, 30, 31}) j.row(0, "k", t, t);
  CHECK(j.out == Texts{"k 1 15 20/20/-", "k 1 25 20/25/-", "k 9 14 9/14/-", "k 10 14 10/14/-",
                       "k 10 15 10/15/-", "k 20 15 20/20/-", "k 20 25 20/25/-", "k 30 25 30/30/-",
                       "k 30 26 30/30/-", "k 31 26 31/31/-"});
}

TEST_CASE("a row meets the others in the order of time, then arrival") {
  JoinHarness j(interval_node(0, 9));
  j.row(0, "k", 3, 1);
  j.row(0, "k", 1, 2);
  j.row(0, "k", 3, 3);
  j.row(0, "k", 2, 4);
  j.row(0, "other", 2, 5);
  j.row(1, "k", 4, 6);
  CHECK(j.out == Texts{"k 2 6 1/4/-", "k 4 6 2/4/-", "k 1 6 3/4/-", "k 3 6 3/4/-"});
}

TEST_CASE("a left row comes out alone when its time has passed, by time and key") {
  JoinHarness j(interval_node(-2, 5, true));
  j.where = [](int64_t a, int64_t b) { return a < b; };
  j.row(0, "b", 10, 1);
  j.row(0, "a", 10, 2);
  j.row(0, "a", 9, 3);
  j.row(0, "a", 9, 9);
  j.row(1, "a", 10, 8);  // partner of 2 and 3
  CHECK(j.step(14));
  CHECK(j.out.size() == 2);
  CHECK(j.step(15));
  CHECK(j.out == Texts{"a 3 8 9/10/-", "a 2 8 10/10/-", "a 9 - 9/14/15"});
  CHECK(j.step(16));
  CHECK(j.out.back() == "b 1 - 10/15/16");
  CHECK(j.out.size() == 4);
}

TEST_CASE("with bounds before a it waits for its own time only") {
  JoinHarness j(interval_node(-9, -3, true));
  j.row(0, "k", 10, 1);
  CHECK(j.op->next_deadline() == 11);
  CHECK(j.step(10));
  CHECK(j.out.empty());
  CHECK(j.step(11));
  CHECK(j.out == Texts{"k 1 - 10/10/11"});
  JoinHarness inner(interval_node(-9, -3));
  CHECK(inner.step(10));
  CHECK(inner.row(0, "k", 10, 1));  // nobody who is not late can be its partner
  CHECK(inner.op->stats().rows == 0);
  CHECK(inner.op->stats().keys == 0);
}

TEST_CASE("late rows are not taken, and rows go when nobody can meet them") {
  JoinHarness j(interval_node(-10, 20));
  CHECK(j.row(0, "k", 100, 1));
  CHECK(j.row(1, "k", 100, 2));
  CHECK(j.step(101));
  CHECK(!j.row(0, "k", 100, 3));
  CHECK(j.op->stats().rows == 2);
  CHECK(j.step(112));
  CHECK(j.op->stats().rows == 1);
  CHECK(j.step(124));
  CHECK(j.op->stats().rows == 0);
  CHECK(j.op->stats().keys == 0);
  CHECK(j.op->stats().bytes == 0);
  CHECK(j.op->next_deadline() == INT64_MAX);
}

TEST_CASE("times and bounds at the ends of the range") {
  JoinHarness j(interval_node(INT64_MIN + 1, INT64_MAX - 1, true));
  j.row(0, "k", INT64_MAX - 5, 1);
  j.row(0, "l", INT64_MAX - 5, 2);
  j.row(1, "k", 5, 3);
  CHECK(j.out == Texts{"k 1 3 9223372036854775802/9223372036854775802/-"});
  CHECK(j.step(INT64_MAX));
  CHECK(j.out.size() == 2);
  CHECK(j.op->stats().rows == 0);
}

TEST_CASE("many keys: the state is near nothing when the clock has passed them") {
  JoinHarness j(interval_node(0, 1000, true));
  constexpr int64_t kKeys = 100'000;
  for (int64_t i = 0; i < kKeys; ++i) {
    j.row(0, std::to_string(i), i / 100, i);
    if (i % 2 == 0) j.row(1, std::to_string(i), i / 100 + 1, i);
  }
  CHECK(j.op->stats().keys == kKeys);
  CHECK(j.op->stats().bytes / kKeys < 600);
  CHECK(j.step(10'000));
  CHECK(j.out.size() == kKeys);
  CHECK(j.op->stats().bytes == 0);
}

}  // namespace cep::test

// Window joins: pairs at the end of each window, left rows, sessions over both sides, and what is kept how long.
#include <doctest/doctest.h>

#include "operators/join_harness.h"

namespace cep::test {

using plan::WindowKind;

TEST_CASE("tumbling: all pairs at the end, by a then b, in the order of time then arrival") {
  JoinHarness j(window_node(WindowKind::kTumbling, 10));
  j.row(1, "k", 5, 1);
  j.row(0, "k", 9, 2);
  j.row(0, "k", 3, 3);
  j.row(1, "k", 1, 4);
  j.row(1, "k", 10, 5);
  j.row(0, "a", 0, 6);
  j.row(1, "a", 9, 7);
  CHECK(j.op->next_deadline() == 10);
  CHECK(j.step(9));
  CHECK(j.out.empty());
  CHECK(j.step(10));
  CHECK(j.out == Texts{"a 6 7 0/9/10", "k 3 4 0/9/10", "k 3 1 0/9/10", "k 2 4 0/9/10", "k 2 1 0/9/10"});
  CHECK(j.step(20));
  CHECK(j.out.size() == 5);
  CHECK(j.op->stats().keys == 0);
}

TEST_CASE("a late row is taken into the windows that are still open") {
  JoinHarness j(window_node(WindowKind::kSliding, 10, 5));
  j.row(0, "k", 7, 1);
  CHECK(j.step(11));
  CHECK(j.row(1, "k", 6, 2));   // [0, 10) has ended, [5, 15) has not
  CHECK(!j.row(1, "k", 4, 3));  // in [-5, 5) and [0, 10)
  CHECK(j.step(INT64_MAX));
  CHECK(j.out == Texts{"k 1 2 5/14/15"});
}

TEST_CASE("left: a row without a partner comes out alone, in each window anew") {
  JoinHarness j(window_node(WindowKind::kSliding, 10, 5, true));
  j.where = [](int64_t a, int64_t b) { return a < b; };
  j.row(0, "k", 6, 1);
  j.row(0, "k", 7, 5);
  j.row(1, "k", 2, 2);
  CHECK(j.step(INT64_MAX));
  CHECK(j.out == Texts{"k 1 2 0/9/10", "k 5 - 0/9/10", "k 1 - 5/14/15", "k 5 - 5/14/15"});
}

TEST_CASE("the offset moves the windows; where they lie apart some rows are in none") {
  JoinHarness j([] {
    plan::JoinNode node = window_node(WindowKind::kSliding, 4, 10);
    node.assigner.offset_ms = 3;
    return node;
  }());
  for (int64_t t = 0; t < 20; ++t) {
    j.row(0, "k", t, t);
    if (t == 4 || t == 7 || t == 16) j.row(1, "k", t, t);
  }
  CHECK(j.step(INT64_MAX));
  CHECK(j.out == Texts{"k 3 4 3/6/7", "k 4 4 3/6/7", "k 5 4 3/6/7", "k 6 4 3/6/7", "k 13 16 13/16/17",
                       "k 14 16 13/16/17", "k 15 16 13/16/17", "k 16 16 13/16/17"});
}

TEST_CASE("sessions grow over both sides, and a row between two makes them one") {
  JoinHarness j(window_node(WindowKind::kSession, 10, 0, true));
  j.row(0, "k", 0, 1);
  j.row(1, "k", 10, 2);   // exactly the gap: the same session
  j.row(0, "k", 31, 3);
  CHECK(j.op->next_deadline() <= 20);
  j.row(1, "k", 20, 4);   // touches the first, not the second: 20 + 10 < 31
  j.row(1, "k", 21, 5);   // joins both
  j.row(0, "k", 60, 6);
  CHECK(j.step(40));
  CHECK(j.out.empty());
  CHECK(j.step(41));
  CHECK(j.out == Texts{"k 1 2 0/40/41", "k 1 4 0/40/41", "k 1 5 0/40/41", "k 3 2 0/40/41", "k 3 4 0/40/41",
                       "k 3 5 0/40/41"});
  CHECK(!j.row(1, "k", 31, 7));
  CHECK(j.row(1, "k", 32, 8));  // too old for the first, a session of its own
  CHECK(j.step(INT64_MAX));
  CHECK(j.out.size() == 7);
  CHECK(j.out.back() == "k 6 - 60/69/70");
  CHECK(j.op->stats().bytes == 0);
}

TEST_CASE("a row is kept once, however many windows it is in") {
  JoinHarness j(window_node(WindowKind::kSliding, 1000, 1));
  for (int64_t i = 0; i < 100; ++i) j.row(i % 2, "k", i, i);
  CHECK(j.op->stats().rows == 100);
  CHECK(j.op->stats().bytes < 20'000);
  j.where = [](int64_t, int64_t) { return false; };
  CHECK(j.step(999));
  CHECK(j.op->stats().rows == 100);
  CHECK(j.step(1050));
  CHECK(j.op->stats().rows == 49);
  CHECK(j.step(1099));
  CHECK(j.op->stats().rows == 0);
}

}  // namespace cep::test

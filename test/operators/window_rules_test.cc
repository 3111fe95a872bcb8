// One case for each rule of windows, worked by hand.
#include <doctest/doctest.h>

#include "operators/window_harness.h"

namespace cep::test {
namespace {

using plan::Accumulation;
using plan::WindowKind;

plan::WindowNode tumbling(int64_t size) { return window_node(WindowKind::kTumbling, size); }
plan::WindowNode session(int64_t gap) { return window_node(WindowKind::kSession, gap); }
plan::WindowNode sliding(int64_t size, int64_t slide) {
  plan::WindowNode w = window_node(WindowKind::kSliding, size);
  w.assigner.slide_ms = slide;
  return w;
}
plan::WindowNode count(int64_t n, int64_t every) {
  plan::WindowNode w = window_node(WindowKind::kCount, 0, true);
  w.assigner.count = n;
  w.assigner.count_every = every;
  return w;
}

}  // namespace

TEST_CASE("a window fires when the clock reaches its end, again for each late event, and then is gone") {
  plan::WindowNode w = tumbling(10);
  w.lateness_ms = 1;
  WindowHarness h(w);
  CHECK(h.feed("a5=1 a9=2 a10=3").text() == "a 0-10 on_time 2 3");
  CHECK(h.feed("a8=4").text() == "a 0-10 late 3 7");
  CHECK(h.feed("a11=5 a7=6").text() == "late a7");
  CHECK(h.end().text() == "a 10-20 on_time 2 8");
}

TEST_CASE("a late event of an open window is taken; the last millisecond of lateness") {
  CHECK(WindowHarness(tumbling(100)).feed("a50=1 a10=2 a99=3 a0=4 a100=5 a99=6").end().text() ==
        "a 0-100 on_time 4 10; late a99; a 100-200 on_time 1 5");
  plan::WindowNode w = tumbling(10);
  w.lateness_ms = 5;
  CHECK(WindowHarness(w).feed("a3=1 a14=2 a4=3 a15=4 a5=5").text() ==
        "a 0-10 on_time 1 1; a 0-10 late 2 4; late a5");
}

TEST_CASE("an offset moves the windows, before the epoch too") {
  plan::WindowNode w = tumbling(10);
  w.assigner.offset_ms = 7;
  CHECK(WindowHarness(w).feed("a0=1 a6=2 a7=3 a16=4 a17=5").end().text() ==
        "a -3-7 on_time 2 3; a 7-17 on_time 2 7; a 17-27 on_time 1 5");
  CHECK(WindowHarness(tumbling(10)).feed("a-11=1 a-10=2 a-1=4 a0=8").text() ==
        "a -20--10 on_time 1 1; a -10-0 on_time 2 6");
}

TEST_CASE("a window whose first event comes after its end fires late at once") {
  plan::WindowNode w = tumbling(10);
  w.lateness_ms = 20;
  CHECK(WindowHarness(w).feed("b25=1 a3=2 a7=3 b60=4 a9=5").text() ==
        "a 0-10 late 1 2; a 0-10 late 2 5; b 20-30 on_time 1 1; late a9");
}

TEST_CASE("sliding: a late event fires each of its windows that is still there, in the order of ends") {
  plan::WindowNode w = sliding(20, 10);
  w.lateness_ms = 15;
  WindowHarness h(w);
  CHECK(h.feed("a5=1 a32=2").text() == "a -10-10 on_time 1 1; a 0-20 on_time 1 1");
  CHECK(h.feed("a12=3").text() == "a 0-20 late 2 4; a 10-30 late 1 3");
  w.accumulation = Accumulation::kDiscarding;
  WindowHarness d(w);
  CHECK(d.feed("a5=1 a32=2 a12=3").text() ==
        "a -10-10 on_time 1 1; a 0-20 on_time 1 1; a 0-20 late 1 3; a 10-30 late 1 3");
}

TEST_CASE("sliding by what does not divide the size, and by more than the size") {
  CHECK(WindowHarness(sliding(10, 4)).feed("a1=1 a4=2 a11=3 a30=4").end().text() ==
        "a -8-2 on_time 1 1; a -4-6 on_time 2 3; a 0-10 on_time 2 3; a 4-14 on_time 2 5; a 8-18 on_time 1 3; "
        "a 24-34 on_time 1 4; a 28-38 on_time 1 4");
  CHECK(WindowHarness(sliding(3, 10)).feed("a1=1 a2=2 a5=4 a11=8").end().text() ==
        "a 0-3 on_time 2 3; a 10-13 on_time 1 8");
}

TEST_CASE("windows of one end fire in the order of keys, ends in the order of time") {
  CHECK(WindowHarness(tumbling(10)).feed("c1 a2 b3 a12 d30").text() ==
        "a 0-10 on_time 1 1; b 0-10 on_time 1 1; c 0-10 on_time 1 1; a 10-20 on_time 1 1");
}

TEST_CASE("early every: only what is new, once a step, and not in the step that reaches the end") {
  plan::WindowNode w = tumbling(60);
  w.early_every_ms = 10;
  CHECK(WindowHarness(w).feed("a5=1 b25=1 b35=2 b45=4 b70=8").text() ==
        "a 0-60 early 1 1; b 0-60 early 2 3; b 0-60 early 3 7; a 0-60 on_time 1 1; b 0-60 on_time 3 7");
  w = tumbling(100);
  w.early_every_ms = 10;
  WindowHarness jump(w);
  CHECK(jump.feed("a5=1 b75=1 a80=2").text() == "a 0-100 early 1 1; a 0-100 early 2 3; b 0-100 early 1 1");
  CHECK(jump.times() == std::vector<int64_t>{10, 80, 80});
  w = tumbling(30);
  w.early_every_ms = 10;
  CHECK(WindowHarness(w).feed("a5=1 a40=2").text() == "a 0-30 on_time 1 1");
}

TEST_CASE("early every counts what is ahead of the clock; discarding, an end without news sends nothing") {
  plan::WindowNode w = tumbling(100);
  w.early_every_ms = 10;
  CHECK(WindowHarness(w, 20).feed("a5=1 a38=2 a90=4").text() == "a 0-100 early 2 3; a 0-100 early 3 7");
  w = tumbling(30);
  w.early_every_ms = 10;
  w.accumulation = Accumulation::kDiscarding;
  CHECK(WindowHarness(w).feed("a5=1 b11=1 b29=2 b50=4").text() == "a 0-30 early 1 1; b 0-30 early 2 3");
}

TEST_CASE("early every by the daemon's clock") {
  plan::WindowNode w = tumbling(100);
  w.early_every_ms = 10;
  w.early_processing = true;
  WindowHarness h(w);
  h.op().tick(1000, INT64_MIN, &h);
  h.feed("b5=1 a6=2");
  h.op().tick(1009, 6, &h);
  CHECK(h.text() == "");
  h.op().tick(1010, 6, &h);
  CHECK(h.text() == "a 0-100 early 1 2; b 0-100 early 1 1");
  h.op().tick(1020, 6, &h);
  CHECK(h.text() == "");
}

TEST_CASE("early count: before the end only; late events fire one by one") {
  plan::WindowNode w = tumbling(10);
  w.early_count = 2;
  CHECK(WindowHarness(w).feed("a1=1 a2=2 a3=4 a12=8 a13=16").end().text() ==
        "a 0-10 early 2 3; a 0-10 on_time 3 7; a 10-20 early 2 24; a 10-20 on_time 2 24");
  w.accumulation = Accumulation::kDiscarding;
  CHECK(WindowHarness(w).feed("a1=1 a2=2 a3=4 a12=8 a13=16 a30=32").text() ==
        "a 0-10 early 2 3; a 0-10 on_time 1 4; a 10-20 early 2 24");
  w.accumulation = Accumulation::kAccumulating;
  w.lateness_ms = 50;
  CHECK(WindowHarness(w).feed("a1=1 a11=2 a3=4 a4=8 a5=16").text() ==
        "a 0-10 on_time 1 1; a 0-10 late 2 5; a 0-10 late 3 13; a 0-10 late 4 29");
}

TEST_CASE("retracting: what was sent goes before the new result, what having held back does not") {
  plan::WindowNode w = tumbling(10);
  w.lateness_ms = 50;
  w.accumulation = Accumulation::kRetracting;
  CHECK(WindowHarness(w).feed("a2=1 a15=2 a3=4 a4=8").text() ==
        "a 0-10 on_time 1 1; -a 0-10 on_time 1 1; a 0-10 late 2 5; -a 0-10 late 2 5; a 0-10 late 3 13");
  WindowHarness h(w);
  h.having = [](int64_t, int64_t sum) { return sum < 10 && sum > 2; };
  CHECK(h.feed("a2=1 a15=2 a3=4 a4=8 a5=1").text() == "a 0-10 late 2 5; -a 0-10 late 2 5");
  w = tumbling(30);
  w.early_count = 1;
  w.accumulation = Accumulation::kRetracting;
  CHECK(WindowHarness(w).feed("a2=1 a5=2").end().text() ==
        "a 0-30 early 1 1; -a 0-30 early 1 1; a 0-30 early 2 3; -a 0-30 early 2 3; a 0-30 on_time 2 3");
}

TEST_CASE("session: events at most the gap apart are one, out of order too") {
  CHECK(WindowHarness(session(5), 20).feed("a20=1 a12=2 a16=4 a8=8 a40=16").end().text() ==
        "a 8-25 on_time 4 15; a 40-45 on_time 1 16");
  CHECK(WindowHarness(session(10)).feed("a0=1 a10=2 a20=4 a31=8").end().text() ==
        "a 0-30 on_time 3 7; a 31-41 on_time 1 8");
  CHECK(WindowHarness(session(10)).feed("a0=1 b10=1 a10=2 b50=1").text() ==
        "a 0-10 on_time 1 1; a 10-20 on_time 1 2; b 10-20 on_time 1 1");
}

TEST_CASE("session: a late event bridges two, or prolongs one that had fired") {
  plan::WindowNode w = session(10);
  w.lateness_ms = 50;
  CHECK(WindowHarness(w).feed("a0=1 a18=2 a40=4 a9=8 a90=16").text() ==
        "a 0-10 on_time 1 1; a 18-28 on_time 1 2; a 0-28 late 3 11; a 40-50 on_time 1 4");
  w.lateness_ms = 30;
  CHECK(WindowHarness(w).feed("a0=1 b13=1 a8=2 b30=1").text() ==
        "a 0-10 on_time 1 1; a 0-18 on_time 2 3; b 13-23 on_time 1 1");
  w.accumulation = Accumulation::kDiscarding;
  CHECK(WindowHarness(w).feed("a0=1 b13=1 a8=2 b30=1").text() ==
        "a 0-10 on_time 1 1; a 0-18 on_time 1 2; b 13-23 on_time 1 1");
}

TEST_CASE("session: merged sessions are both taken back, by start; their counts add up") {
  plan::WindowNode w = session(10);
  w.lateness_ms = 90;
  w.accumulation = Accumulation::kRetracting;
  CHECK(
      WindowHarness(w).feed("a0=1 a18=2 a40=4 a9=8").text() ==
      "a 0-10 on_time 1 1; a 18-28 on_time 1 2; -a 0-10 on_time 1 1; -a 18-28 on_time 1 2; a 0-28 late 3 11");
  w = session(5);
  w.early_count = 3;
  CHECK(WindowHarness(w, 20).feed("a0=1 a9=2 a5=4 a30=8").end().text() ==
        "a 0-14 early 3 7; a 0-14 on_time 3 7; a 30-35 on_time 1 8");
}

TEST_CASE("session: an event too old for a session of its own is late, though one that lives is near") {
  CHECK(WindowHarness(session(10)).feed("a20=1 a29=2 a37=4 a15=8 a60=16 a44=32").end().text() ==
        "late a15; a 20-47 on_time 3 7; late a44; a 60-70 on_time 1 16");
}

TEST_CASE("count: after every N events in the order of the input, whatever their times") {
  CHECK(WindowHarness(count(3, 3)).feed("a1=1 a2=2 b3=10 a4=3 a5=4 b6=20 a7=5").end().text() ==
        "a 1-5 on_time 3 6 [1,2,3] 3 2 [1,2] 1 3 3");
  CHECK(WindowHarness(count(2, 2)).feed("a50=1 a10=2 a90=4 a20=8").text() ==
        "a 10-51 on_time 2 3 [2,1] 2 1.5 [1,2] 1 2 1; a 20-91 on_time 2 12 [8,4] 2 6 [4,8] 4 8 4");
  CHECK(WindowHarness(count(3, 2)).feed("a1=1 a2=2 a3=4 a4=8 a5=16 a6=32 a7=64").text() ==
        "a 1-3 on_time 2 3 [1,2] 2 1.5 [1,2] 1 2 2; a 2-5 on_time 3 14 [2,4,8] 3 4 [2,4] 2 8 8; a 4-7 on_time 3 56 [8,16,32] 3 16 [8,16] 8 32 32");
  CHECK(WindowHarness(count(2, 3)).feed("a1=1 a2=2 a3=4 a4=8 a5=16 a6=32").text() ==
        "a 2-4 on_time 2 6 [2,4] 2 3 [2,4] 2 4 4; a 5-7 on_time 2 48 [16,32] 2 24 [16,32] 16 32 32");
}

TEST_CASE("global fires by early count only") {
  plan::WindowNode w = window_node(WindowKind::kGlobal, 0);
  w.early_count = 2;
  const std::string rows = "a1=1 a2=2 a3=4 b4=8 a5=16 a6=32";
  CHECK(WindowHarness(w).feed(rows).end().text() == "a 1-3 early 2 3; a 1-6 early 4 23");
  w.accumulation = Accumulation::kDiscarding;
  CHECK(WindowHarness(w).feed(rows).text() == "a 1-3 early 2 3; a 3-6 early 2 20");
  w.accumulation = Accumulation::kRetracting;
  CHECK(WindowHarness(w).feed(rows).text() == "a 1-3 early 2 3; -a 1-3 early 2 3; a 1-6 early 4 23");
}

TEST_CASE("limit keys: a key untouched for so long is dropped without firing") {
  plan::WindowNode w = window_node(WindowKind::kGlobal, 0);
  w.early_count = 3;
  w.limit_keys_ms = 100;
  CHECK(WindowHarness(w).feed("a1=1 a2=2 b200=1 a210=4 a220=8 a230=16").text() == "a 210-231 early 3 28");
  plan::WindowNode t = tumbling(100);
  t.limit_keys_ms = 20;
  WindowHarness h(t);
  CHECK(h.feed("a10=1 b40=2 a70=4 b90=8 b120=1").text() == "b 0-100 on_time 1 8");
}

TEST_CASE("rolling: at every event what came less than D before") {
  const plan::WindowNode w = window_node(WindowKind::kRolling, 10);
  CHECK(
      WindowHarness(w).feed("a1=1 a5=2 b6=4 a11=8 a15=16 a15=1").text() ==
      "a -8-2 on_time 1 1; a -4-6 on_time 2 3; b -3-7 on_time 1 4; a 2-12 on_time 2 10; a 6-16 on_time 2 24; "
      "a 6-16 on_time 3 25");
  plan::WindowNode limited = w;
  limited.limit_keys_ms = 3;
  CHECK(WindowHarness(limited).feed("a1=1 a3=2 a6=4").text() ==
        "a -8-2 on_time 1 1; a -6-4 on_time 2 3; a -3-7 on_time 1 4");
}

TEST_CASE("takes") {
  plan::WindowNode w = tumbling(10);
  CHECK(operators::takes(w, 5, 9));
  CHECK_FALSE(operators::takes(w, 5, 10));
  w.lateness_ms = 3;
  CHECK(operators::takes(w, 5, 12));
  CHECK_FALSE(operators::takes(w, 5, 13));
  const plan::WindowNode s = sliding(20, 10);
  CHECK(operators::takes(s, 5, 19));
  CHECK_FALSE(operators::takes(s, 5, 20));
  const plan::WindowNode gaps = sliding(3, 10);
  CHECK(operators::takes(gaps, 5, 5));
  CHECK_FALSE(operators::takes(gaps, 5, 6));
  CHECK(operators::takes(session(10), 5, 14));
  CHECK_FALSE(operators::takes(session(10), 5, 15));
  CHECK(operators::takes(count(2, 2), 5, 1000));
  CHECK(operators::takes(window_node(WindowKind::kRolling, 10), 5, 5));
  CHECK_FALSE(operators::takes(window_node(WindowKind::kRolling, 10), 5, 6));
}

}  // namespace cep::test

// Watermarks by hand: use cases' small truths and each kind of clock.
#include "runtime/clock.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace cep;
using namespace cep::runtime;

namespace {

// Sources x, y, … with these settings; every pattern of `reads` reads the named ones together.
struct Bench {
  plan::Plan plan;
  plan::Topology topology;
  std::unique_ptr<ClockSet> clocks;

  Bench(std::vector<plan::Source> sources, std::vector<std::vector<int>> reads) {
    for (size_t i = 0; i < sources.size(); ++i) {
      plan::Node n;
      n.name = std::string(1, static_cast<char>('x' + i));
      n.source = sources[i];
      plan.nodes.push_back(n);
    }
    for (auto& read : reads) {
      plan::Node n;
      n.kind = plan::NodeKind::kPattern;
      n.name = "p" + std::to_string(plan.nodes.size());
      n.pattern = std::make_shared<plan::PatternNode>();
      for (int s : read) n.inputs.push_back({s, {}});
      plan.nodes.push_back(n);
    }
    topology = plan::make_topology(plan);
    clocks = std::make_unique<ClockSet>(plan, topology);
  }

  // The clock of the lane of pattern number `pattern` after an event.
  int64_t after(int source, int64_t time, int pattern = 0, std::string_view by = "", bool punctuates = false) {
    clocks->on_event(source, time, by, punctuates);
    clocks->take_changed();
    return of(pattern);
  }
  int64_t of(int pattern) {
    clocks->take_changed();
    return clocks->clock(topology.lanes[pattern].clock);
  }
};

plan::Source source(int64_t delay, bool own = false, int64_t max_lag = -1) {
  plan::Source s;
  s.watermark.delay_ms = delay;
  s.own = own;
  s.own_max_lag_ms = max_lag;
  return s;
}

}  // namespace

TEST_CASE("bound 10 s: 10:00 10:05 10:03 10:08 gives 9:50 9:55 9:55 9:58") {
  Bench b({source(10'000)}, {{0}});
  CHECK(b.of(0) == kNoTime);
  CHECK(b.after(0, 600'000) == 590'000);
  CHECK(b.after(0, 605'000) == 595'000);
  CHECK(b.after(0, 603'000) == 595'000);
  CHECK(b.after(0, 608'000) == 598'000);
}

TEST_CASE("one feed: the greatest time of any counts for all, each less its own bound") {
  Bench b({source(10), source(0)}, {{0, 1}, {0}, {1}});
  CHECK(b.after(1, 50, 0) == 40);
  CHECK(b.of(1) == 40);
  CHECK(b.of(2) == 50);
}

TEST_CASE("to be read together passes on") {
  Bench b({source(0), source(0), source(0)}, {{0, 1}, {1, 2}, {2}});
  b.after(0, 70);
  CHECK(b.of(2) == 70);
}

TEST_CASE("own streams wait for nobody's events but their own, and are waited for") {
  Bench b({source(0, true), source(0, true)}, {{0, 1}});
  CHECK(b.after(0, 100) == kNoTime);
  CHECK(b.after(1, 20) == 20);
  CHECK(b.after(1, 300) == 100);
}

TEST_CASE("own max lag: exactly the lag behind still holds, one more does not") {
  Bench b({source(0, true, 50), source(0)}, {{0, 1}});
  CHECK(b.after(0, 100) == kNoTime);  // y has not spoken
  CHECK(b.after(1, 150) == 100);
  CHECK(b.after(1, 151) == 151);
  CHECK(b.after(0, 120) == 151);  // never back
}

TEST_CASE("by field: the least of its values, those far behind hold nobody") {
  plan::Source s = source(5);
  s.watermark.by_field = 0;
  s.watermark.by_max_lag_ms = 100;
  Bench b({s}, {{0}});
  CHECK(b.after(0, 100, 0, "a") == 95);
  CHECK(b.after(0, 40, 0, "b") == 95);
  CHECK(b.after(0, 130, 0, "a") == 95);
  CHECK(b.after(0, 120, 0, "b") == 115);
  CHECK(b.after(0, 221, 0, "a") == 216);  // b is 101 behind
  CHECK(b.after(0, 215, 0, "b") == 216);
  CHECK(b.after(0, 230, 0, "b") == 216);  // a holds now: 221 - 5
  CHECK(b.after(0, 231, 0, "a") == 225);
}

TEST_CASE("punctuated: only to the time of the event that says so") {
  plan::Source s;
  s.watermark.punctuated = true;
  Bench b({s}, {{0}});
  CHECK(b.after(0, 50) == kNoTime);
  CHECK(b.after(0, 10, 0, "", true) == 11);
  CHECK(b.after(0, 5, 0, "", true) == 11);
}

TEST_CASE("assertions raise, never lower; an end leaves it after the greatest time") {
  Bench b({source(1000)}, {{0}});
  b.clocks->on_assert(0, 10);
  CHECK(b.of(0) == 11);
  b.clocks->on_assert(-1, 4);
  CHECK(b.of(0) == 11);
  CHECK(b.after(0, 500) == 11);
  b.clocks->on_end();
  CHECK(b.of(0) == 501);
  b.clocks->on_assert(0, INT64_MAX);
  CHECK(b.of(0) > 501);
}

TEST_CASE("idle advance: the clock goes on with the wall after the silence") {
  plan::Source s = source(5000);
  s.idle_ms = 60'000;
  Bench b({s}, {{0}});
  b.after(0, 1'000'000);
  b.clocks->on_arrival(0, 2'000'000);
  b.clocks->on_tick(2'059'999);
  CHECK(b.of(0) == 995'000);
  b.clocks->on_tick(2'060'000);
  CHECK(b.of(0) == 1'055'000);
  b.clocks->on_tick(2'070'000);
  CHECK(b.of(0) == 1'065'000);
}

TEST_CASE("times at the edge of the range do not overflow") {
  Bench b({source(86'400'000)}, {{0}});
  CHECK(b.after(0, INT64_MIN + 5) == kNoTime);
  CHECK(b.after(0, INT64_MAX) == INT64_MAX - 86'400'000);
}

TEST_CASE("by field: values that are silent for long, come back and are new give the clock of who remembers all of them") {
  plan::Source s = source(5);
  s.watermark.by_field = 0;
  s.watermark.by_max_lag_ms = 100;
  Bench b({s}, {{0}});
  std::map<std::string, int64_t> all;
  int64_t greatest = kNoTime, clock = kNoTime;
  uint32_t seed = 1;
  for (int64_t i = 0; i < 20000; ++i) {
    seed = seed * 1664525 + 1013904223;
    const uint32_t x = seed >> 8;
    // New values all the time, some old ones, some of them with old events.
    const std::string value = std::to_string(x % 5 == 0 ? i : i - static_cast<int64_t>(x % 400));
    const int64_t time = i - static_cast<int64_t>(x % 7 == 0 ? x % 1000 : x % 20);
    auto [at, is_new] = all.try_emplace(value, time);
    at->second = std::max(at->second, time);
    greatest = std::max(greatest, time);
    int64_t least = greatest;
    for (auto v = all.begin(); v != all.end();) {
      if (v->second >= greatest - 100) least = std::min(least, v->second);
      v = v->second < greatest - 1500 ? all.erase(v) : std::next(v);
    }
    clock = std::max(clock, least - 5);
    REQUIRE(b.after(0, time, 0, value) == clock);
  }
}

// Windows that move: what is merged and taken away again, in any order and often read, gives at each moment what
// a fresh state of the events that are left gives; folds of a queue give the bits of merging from its beginning.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>

#include "expr/aggregate_bench.h"
#include "expr/aggregates/rank_tree.h"
#include "expr/moving_set.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::Bench;
using cep::expr::test::call_of;
using cep::expr::test::Sample;
using State = AggregateSet::State;

namespace {

int64_t pick(int64_t from, int64_t to) { return *rc::gen::inRange<int64_t>(from, to + 1); }

// Texts of every length at which a string changes how it is kept.
const std::string& text_of(int64_t i) {
  static const std::vector<std::string> kTexts = [] {
    std::vector<std::string> texts;
    for (size_t size : {0, 1, 15, 16, 17, 200, 70000})
      for (char c : {'a', 'b', '"'}) texts.push_back(std::string(size, c));
    return texts;
  }();
  return kTexts[static_cast<size_t>(i) % kTexts.size()];
}

Value any_value(Type type, int64_t spread) {
  if (pick(0, 9) == 0) return Value::null();
  const int64_t i = pick(-spread, spread);
  switch (type) {
    case Type::kBool:
      return Value::boolean(i > 0);
    case Type::kDouble:
      return i == 0 ? Value::real(pick(0, 1) == 0 ? 0.0 : -0.0) : Value::real(static_cast<double>(i) / 7);
    case Type::kString:
      return Value::string(text_of(i + spread));
    default:
      return Value::whole(type, i);
  }
}

// The calls over a type that forget.
std::vector<AggregateCall> removable_calls(Type type) {
  std::vector<AggregateCall> calls = {call_of("count", Type::kNull)};
  for (const char* name : {"count", "count_distinct", "collect", "top", "median", "percentile", "sum", "avg"}) {
    Type result;
    const bool of_double = type == Type::kDouble && (std::strcmp(name, "sum") == 0 || std::strcmp(name, "avg") == 0);
    const Aggregate& a = aggregates()[static_cast<size_t>(find_aggregate(name))];
    if (!of_double && a.bind(type, &result).empty()) calls.push_back(call_of(name, type, 0.9, 3));
  }
  return calls;
}

struct Window {
  explicit Window(const std::vector<AggregateCall>& calls) : set(calls), bench(calls) {
    context.arena = &arena;
    running = set.create();
  }

  State* state_of(const std::vector<Sample>& samples) {
    State* s = set.create();
    for (const Sample& sample : samples) {
      builder.start(2);
      builder.set(0, sample.x);
      set.add(s, context, *builder.finish(sample.time, 0), sample.order);
    }
    return s;
  }
  void push(const std::vector<Sample>& samples) {
    parts.push_back({samples, state_of(samples)});
    set.merge(running, *parts.back().state, kRemovableCalls);
  }
  void pop(size_t at) {
    set.remove(running, *parts[at].state);
    set.destroy(parts[at].state);
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at));
  }
  std::vector<std::string> got() {
    std::vector<Value> values;
    set.results(*running, context, &values);
    std::vector<std::string> texts;
    for (const Value& v : values) append_text(v, &texts.emplace_back());
    arena.reset();
    return texts;
  }
  // From nothing, by a state that is read once.
  std::vector<std::string> expected() {
    State* s = bench.set.create();
    for (const Part& p : parts)
      for (const Sample& sample : p.samples) bench.add(s, sample);
    std::vector<std::string> texts = bench.print(*s);
    bench.set.destroy(s);
    return texts;
  }

  struct Part {
    std::vector<Sample> samples;
    State* state;
  };
  MovingSet set;
  Bench bench;
  EvalContext context;
  Arena arena;
  event::RowBuilder builder;
  State* running;
  std::deque<Part> parts;
};

}  // namespace

TEST_CASE("what comes and goes leaves what is there") {
  CHECK(rc::check("parts of one or more events, taken away oldest first or any", [] {
    const Type type = *rc::gen::element(Type::kBool, Type::kInt, Type::kDouble, Type::kString, Type::kTimestamp);
    Window w(removable_calls(type));
    RC_ASSERT_FALSE(w.set.any(kGroupedCalls | kOrderedCalls));
    const int64_t spread = *rc::gen::element<int64_t>(1, 5, type == Type::kString ? 10 : 1000);
    const size_t most = static_cast<size_t>(pick(1, 40));
    const bool oldest = pick(0, 1) == 0;
    uint64_t order = 0;
    for (int64_t step = pick(1, 120); step > 0; --step) {
      std::vector<Sample> samples;
      for (int64_t n = pick(0, 5) == 0 ? pick(0, 4) : 1; n > 0; --n, ++order)
        samples.push_back({any_value(type, spread), true, static_cast<int64_t>(order) - pick(0, 3), order});
      w.push(samples);
      while (w.parts.size() > most || (pick(0, 9) == 0 && !w.parts.empty()))
        w.pop(oldest ? 0 : static_cast<size_t>(pick(0, static_cast<int64_t>(w.parts.size()) - 1)));
      if (pick(0, 3) != 0) RC_ASSERT(w.got() == w.expected());
    }
    while (!w.parts.empty()) w.pop(0);
    RC_ASSERT(w.got() == w.expected());
  }));
}

TEST_CASE("a merge that may plunder is a merge") {
  CHECK(rc::check("absorb", [] {
    const Type type = *rc::gen::element(Type::kInt, Type::kString);
    Window w(removable_calls(type));
    uint64_t order = 0;
    for (int64_t step = pick(1, 10); step > 0; --step) {
      std::vector<Sample> samples;
      for (int64_t n = *rc::gen::element<int64_t>(0, 1, 2, 50); n > 0; --n, ++order)
        samples.push_back({any_value(type, 9), true, pick(0, 50), order});
      State* part = w.state_of(samples);
      w.set.absorb(w.running, part);
      w.set.destroy(part);
      w.parts.push_back({samples, w.set.create()});
      RC_ASSERT(w.got() == w.expected());
    }
  }));
}

TEST_CASE("the fold of a queue has the bits of merging it from its oldest state") {
  CHECK(rc::check("sum, avg, variance, stddev of doubles", [] {
    std::vector<AggregateCall> calls;
    for (const char* name : {"sum", "avg", "variance", "stddev"}) calls.push_back(call_of(name, Type::kDouble));
    Window w(calls);
    LeftFolds folds = w.set.left_folds();
    State* result = w.set.create();
    std::deque<State*> queue;
    const size_t most = static_cast<size_t>(pick(1, 200));
    for (int64_t step = pick(1, 600); step > 0; --step) {
      const double x = pick(0, 9) == 0 ? -0.0 : static_cast<double>(pick(-100000, 100000)) / 7 * std::pow(10.0, static_cast<double>(pick(-9, 9)));
      queue.push_back(w.state_of({{pick(0, 9) == 0 ? Value::null() : Value::real(x), true, 0, 0}}));
      folds.push(*queue.back());
      for (; queue.size() > most || (queue.size() > 1 && pick(0, 4) == 0); queue.pop_front()) {
        folds.pop();
        w.set.destroy(queue.front());
      }
      if (pick(0, 2) == 0) continue;
      folds.write(result);
      State* slow = w.set.create();
      for (State* s : queue) w.set.merge(slow, *s);
      std::string fast_bytes, slow_bytes;
      w.set.encode(*result, &fast_bytes);
      w.set.encode(*slow, &slow_bytes);
      RC_ASSERT(fast_bytes == slow_bytes);
      w.set.destroy(slow);
    }
  }));
}

TEST_CASE("a rank tree is a sorted list, and stays shallow whatever comes") {
  const auto less = [](int64_t a, int64_t b) { return a < b; };
  CHECK(rc::check("insert, erase, at", [&] {
    RankTree<int64_t> tree;
    std::vector<int64_t> sorted;
    const int64_t kind = pick(0, 2);
    for (int64_t step = 0, steps = pick(1, 400); step < steps; ++step) {
      if (!sorted.empty() && pick(0, 2) == 0) {
        const auto at = sorted.begin() + pick(0, static_cast<int64_t>(sorted.size()) - 1);
        tree.erase(*at, 1, less);
        sorted.erase(at);
      } else {
        const int64_t x = kind == 0 ? pick(0, 20) : kind == 1 ? step : -step;
        tree.insert(x, 1, less);
        sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), x), x);
      }
      RC_ASSERT(tree.size() == sorted.size());
    }
    for (size_t i = 0; i < sorted.size(); ++i) RC_ASSERT(tree.at(i) == sorted[i]);
  }));
  // Rising keys, of which the oldest go: ten million steps if a path were as long as the tree.
  RankTree<int64_t> tree;
  uint64_t comparisons = 0;
  const auto counted = [&](int64_t a, int64_t b) { return ++comparisons, a < b; };
  for (int64_t i = 0; i < 100000; ++i) {
    tree.insert(i, 1, counted);
    if (i >= 50000) tree.erase(i - 50000, 1, counted);
  }
  CHECK(tree.size() == 50000);
  CHECK(tree.at(0) == 50000);
  CHECK(comparisons < 150000 * 2 * 2 * 17);
}

TEST_CASE("memory follows what is there") {
  Window w({call_of("count_distinct", Type::kString), call_of("top", Type::kString), call_of("collect", Type::kString)});
  std::deque<std::string> texts;
  const size_t none = w.set.bytes(*w.running);
  for (uint64_t i = 0; i < 5000; ++i) {
    texts.push_back("some text of the event " + std::to_string(i));
    w.push({{Value::string(texts.back()), true, static_cast<int64_t>(i), i}});
    w.got();
  }
  const size_t full = w.set.bytes(*w.running);
  CHECK(full > 5000 * 3 * 24);
  while (w.parts.size() > 10) w.pop(0);
  CHECK(w.got() == w.expected());
  for (uint64_t i = 0; i < 1000; ++i) {
    w.push({{Value::string("x"), true, static_cast<int64_t>(5000 + i), 5000 + i}});
    w.pop(0);
  }
  CHECK(w.got() == w.expected());
  CHECK(w.set.bytes(*w.running) - none < full);
}

// Laws of every aggregate, over random samples: merged panes are as one, filtering is leaving out, kept bytes
// give the same, bad bytes are refused and do no harm; references that are slow and obvious.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include "expr/aggregate_bench.h"
#include "expr/compare.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::Bench;
using cep::expr::test::call_of;
using cep::expr::test::Sample;
using State = AggregateSet::State;

namespace {

constexpr Type kTypes[] = {Type::kBool,   Type::kInt,       Type::kDouble,
                           Type::kString, Type::kTimestamp, Type::kDuration};

// All calls there are over values of a type, the parameters random.
std::vector<AggregateCall> calls_over(Type type, bool filtered) {
  std::vector<AggregateCall> calls;
  double p = *rc::gen::element(0.0, 0.25, 0.5, 0.9, 0.99, 1.0);
  int64_t k = *rc::gen::inRange(1, 5);
  for (const Aggregate& a : aggregates()) {
    Type result;
    if (a.bind(type, &result).empty()) calls.push_back(call_of(a.name, type, p, k, filtered));
  }
  calls.push_back(call_of("count", Type::kNull, p, k, filtered));
  return calls;
}
std::string name_of(const AggregateCall& call) {
  return std::string(aggregates()[static_cast<size_t>(call.function)].name);
}

// Samples with their texts; few different values, so that there are equal ones.
struct Samples {
  Type type = Type::kInt;
  std::deque<std::string> texts;
  std::vector<Sample> list;
};

Value random_value(Type type, Samples* samples) {
  if (*rc::gen::inRange(0, 8) == 0) return Value::null();
  bool wide = *rc::gen::inRange(0, 4) == 0;
  int64_t i = wide ? *rc::gen::arbitrary<int64_t>() : *rc::gen::inRange<int64_t>(-5, 6);
  switch (type) {
    case Type::kBool:
      return Value::boolean(i > 0);
    case Type::kDouble:
      return Value::real(static_cast<double>(wide ? i % 1000000 : i) / 4);
    case Type::kString:
      samples->texts.push_back(std::string(wide ? 40 : 1, static_cast<char>('a' + (i & 15))));
      return Value::string(samples->texts.back());
    default:
      return Value::whole(type, type == Type::kInt ? i : i % 1000000);
  }
}

void make_samples(Samples* s) {
  s->type = *rc::gen::elementOf(std::vector<Type>(std::begin(kTypes), std::end(kTypes)));
  size_t count = static_cast<size_t>(*rc::gen::element(0, 1, 2, *rc::gen::inRange(0, 60)));
  for (size_t i = 0; i < count; ++i) {
    bool keep = *rc::gen::arbitrary<bool>();
    s->list.push_back({random_value(s->type, s), keep, *rc::gen::inRange<int64_t>(0, 20), i});
  }
}

State* filled(Bench* bench, const std::vector<Sample>& list) {
  State* s = bench->set.create();
  for (const Sample& sample : list) bench->add(s, sample);
  return s;
}

bool depends_on_rounding(const std::string& name, Type type) {
  if (name == "variance" || name == "stddev") return true;
  return type == Type::kDouble && (name == "sum" || name == "avg");
}

bool alike(const AggregateCall& call, Type type, const Value& a, const Value& b) {
  if (a.type != Type::kDouble || b.type != Type::kDouble || !depends_on_rounding(name_of(call), type))
    return same(a, b);
  double size = std::max({std::fabs(a.d), std::fabs(b.d), 1e-6});
  return std::fabs(a.d - b.d) <= 1e-9 * size;
}

// Results of both states, call by call.
void assert_alike(const std::vector<AggregateCall>& calls, Type type, Bench* bench, const State& a,
                  const State& b) {
  std::vector<Value> first = bench->values(a), second = bench->values(b);
  for (size_t i = 0; i < calls.size(); ++i) {
    if (!alike(calls[i], type, first[i], second[i])) RC_FAIL(name_of(calls[i]));
  }
}

}  // namespace

TEST_CASE("merged panes give what one pane gives") {
  CHECK(rc::check("any split into panes, merged left to right", [] {
    Samples samples;
    make_samples(&samples);
    auto calls = calls_over(samples.type, false);
    Bench bench(calls);
    State *whole = filled(&bench, samples.list), *merged = bench.set.create();
    for (size_t at = 0; at < samples.list.size();) {
      size_t end = std::min(samples.list.size(), at + *rc::gen::inRange<size_t>(1, 20));
      std::vector<Sample> part(samples.list.begin() + static_cast<std::ptrdiff_t>(at),
                               samples.list.begin() + static_cast<std::ptrdiff_t>(end));
      bench.set.merge(merged, *filled(&bench, part));
      at = end;
    }
    assert_alike(calls, samples.type, &bench, *whole, *merged);
  }));
}

TEST_CASE("the order of adding and merging decides nothing but the last digits of doubles") {
  CHECK(rc::check("shuffled, dealt to panes, merged as a tree", [] {
    Samples samples;
    make_samples(&samples);
    auto calls = calls_over(samples.type, false);
    Bench bench(calls);
    State* whole = filled(&bench, samples.list);
    std::vector<State*> panes;
    for (int i = 0; i < 4; ++i) panes.push_back(bench.set.create());
    std::vector<Sample> list = samples.list;
    for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[*rc::gen::inRange<size_t>(0, i)]);
    for (const Sample& s : list) bench.add(panes[static_cast<size_t>(*rc::gen::inRange(0, 4))], s);
    bench.set.merge(panes[2], *panes[1]);
    bench.set.merge(panes[3], *panes[0]);
    bench.set.merge(panes[3], *panes[2]);
    assert_alike(calls, samples.type, &bench, *whole, *panes[3]);
  }));
}

TEST_CASE("a filter is as leaving the others out") {
  CHECK(rc::check("filter (keep)", [] {
    Samples samples;
    make_samples(&samples);
    std::vector<Sample> kept;
    std::copy_if(samples.list.begin(), samples.list.end(), std::back_inserter(kept),
                 [](const Sample& s) { return s.keep; });
    auto calls = calls_over(samples.type, true);
    Bench bench(calls);
    assert_alike(calls, samples.type, &bench, *filled(&bench, samples.list), *filled(&bench, kept));
  }));
}

TEST_CASE("bytes give the state back: the same results, the same after more events and merging") {
  CHECK(rc::check("decode(encode)", [] {
    Samples samples, more;
    make_samples(&samples);
    do {
      more = {};
      make_samples(&more);
    } while (more.type != samples.type);
    auto calls = calls_over(samples.type, false);
    Bench bench(calls);
    State *s = filled(&bench, samples.list), *back = filled(&bench, more.list);
    std::string bytes, again;
    bench.set.encode(*s, &bytes);
    RC_ASSERT(bench.set.decode(bytes, back));
    bench.set.encode(*back, &again);
    RC_ASSERT(bytes == again);
    auto equal = [&](const State& a, const State& b) {
      std::vector<Value> x = bench.values(a), y = bench.values(b);
      for (size_t i = 0; i < x.size(); ++i) RC_ASSERT(same(x[i], y[i]));
    };
    equal(*s, *back);
    for (State* each : {s, back}) {
      for (const Sample& sample : more.list) bench.add(each, sample);
      bench.set.merge(each, *filled(&bench, more.list));
    }
    equal(*s, *back);
  }));
}

TEST_CASE("changed bytes are refused or read as some other state, without harm") {
  CHECK(rc::check("flipped bytes", [] {
    Samples samples;
    make_samples(&samples);
    auto calls = calls_over(samples.type, false);
    Bench bench(calls);
    State *s = filled(&bench, samples.list), *back = bench.set.create();
    std::string bytes;
    bench.set.encode(*s, &bytes);
    std::string cut = bytes.substr(0, *rc::gen::inRange<size_t>(0, bytes.size()));
    RC_ASSERT_FALSE(bench.set.decode(cut, back));
    for (int i = 0; i < 40; ++i) {
      std::string changed = bytes;
      for (int j = *rc::gen::inRange(1, 4); j > 0; --j)
        changed[*rc::gen::inRange<size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
      if (bench.set.decode(changed, back)) bench.set.merge(back, *s);
      bench.print(*back);
    }
  }));
}

TEST_CASE("lists, distinct values and percentiles against sorting") {
  CHECK(rc::check("collect, top, count_distinct, percentile, first, last, min, max", [] {
    Samples samples;
    do {
      samples = {};
      make_samples(&samples);
    } while (samples.type != Type::kInt);
    double p = *rc::gen::element(0.0, 0.3, 0.5, 1.0);
    std::vector<AggregateCall> calls;
    for (const char* name : {"collect", "top", "count_distinct", "percentile", "first", "last", "min", "max"})
      calls.push_back(call_of(name, Type::kInt, p, 3));
    Bench bench(calls);
    std::vector<std::string> got = bench.print(*filled(&bench, samples.list));

    std::vector<Sample> in_order;
    for (const Sample& s : samples.list)
      if (!s.x.is_null()) in_order.push_back(s);
    std::stable_sort(in_order.begin(), in_order.end(),
                     [](const Sample& a, const Sample& b) { return a.time < b.time; });
    std::string collected;
    std::map<int64_t, int64_t> counts;
    std::vector<int64_t> sorted;
    for (const Sample& s : in_order) {
      collected += (collected.empty() ? "" : ",") + std::to_string(s.x.i);
      ++counts[s.x.i];
      sorted.push_back(s.x.i);
    }
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::pair<int64_t, int64_t>> ranks;  // less: more frequent, then smaller
    for (auto [value, count] : counts) ranks.push_back({-count, value});
    std::sort(ranks.begin(), ranks.end());
    std::string top;
    for (size_t i = 0; i < std::min<size_t>(3, ranks.size()); ++i)
      top += (i == 0 ? "" : ",") + std::to_string(ranks[i].second);
    RC_ASSERT(got[0] == "[" + collected + "]");
    RC_ASSERT(got[1] == "[" + top + "]");
    RC_ASSERT(got[2] == std::to_string(counts.size()));
    if (sorted.empty()) return;
    double at = p * static_cast<double>(sorted.size() - 1);
    size_t below = static_cast<size_t>(at), above = std::min(below + 1, sorted.size() - 1);
    double part = at - static_cast<double>(below), low = static_cast<double>(sorted[below]);
    double expected = low + (static_cast<double>(sorted[above]) - low) * part;
    RC_ASSERT(got[3] == [&] {
      std::string text;
      append_text(Value::real(expected), &text);
      return text;
    }());
    RC_ASSERT(got[4] == std::to_string(in_order.front().x.i));
    RC_ASSERT(got[5] == std::to_string(in_order.back().x.i));
    RC_ASSERT(got[6] == std::to_string(sorted.front()));
    RC_ASSERT(got[7] == std::to_string(sorted.back()));
  }));
}

// The errors of the approximate aggregates, and that they depend on the values alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "expr/aggregate_bench.h"
#include "expr/aggregates/hyperloglog.h"
#include "expr/aggregates/quantile_sketch.h"
#include "expr/aggregates/rank.h"
#include "expr/aggregates/tally.h"

using namespace cep;
using namespace cep::expr;

namespace {

template <class Sketch>
std::string bytes_of(const Sketch& s) {
  std::string bytes;
  s.encode(&bytes);
  return bytes;
}

uint64_t estimate_of(uint64_t from, uint64_t to) {
  HyperLogLog h;
  for (uint64_t i = from; i < to; ++i) h.add(value_hash(Value::integer(static_cast<int64_t>(i))));
  return h.estimate();
}

double exact_quantile(const std::vector<double>& sorted, double p) {
  Rank rank(p, sorted.size());
  double low = sorted[rank.below];
  return rank.part == 0 ? low : rank.between(low, sorted[rank.below + 1]);
}

// The greatest relative error at many ranks; all values are positive.
double worst_error(std::vector<double> values) {
  QuantileSketch sketch;
  for (double v : values) sketch.add(v);
  std::sort(values.begin(), values.end());
  double worst = 0;
  for (int i = 0; i <= 1000; ++i) {
    double exact = exact_quantile(values, i / 1000.0), got = sketch.quantile(i / 1000.0);
    worst = std::max(worst, std::fabs(got - exact) / exact);
  }
  return worst;
}

}  // namespace

TEST_CASE("HyperLogLog is exact up to 512 values") {
  for (uint64_t n : {0, 1, 2, 511, 512}) CHECK(estimate_of(7, 7 + n) == n);
}

TEST_CASE("HyperLogLog keeps its standard error, in 4 KB") {
  for (uint64_t n : {513, 2000, 5000, 10000, 50000}) {
    double squares = 0;
    constexpr int kTrials = 60;
    for (int trial = 0; trial < kTrials; ++trial) {
      uint64_t from = static_cast<uint64_t>(trial) * 1000000;
      double error = static_cast<double>(estimate_of(from, from + n)) / static_cast<double>(n) - 1;
      CHECK(std::fabs(error) < 5 * 0.01625);
      squares += error * error;
    }
    CHECK_MESSAGE(std::sqrt(squares / kTrials) < 1.3 * 0.01625, n);
  }
  double error = static_cast<double>(estimate_of(0, 2000000)) / 2e6 - 1;
  CHECK(std::fabs(error) < 3 * 0.01625);
}

TEST_CASE("HyperLogLog depends on the set alone") {
  for (uint64_t n : {300, 513, 3000}) {
    HyperLogLog forward, backward, even, odd;
    for (uint64_t i = 0; i < n; ++i) {
      forward.add(value_hash(Value::integer(static_cast<int64_t>(i))));
      backward.add(value_hash(Value::integer(static_cast<int64_t>(n - 1 - i))));
      (i % 2 ? odd : even).add(value_hash(Value::integer(static_cast<int64_t>(i))));
    }
    odd.merge(forward);
    even.merge(odd);
    CHECK(bytes_of(forward) == bytes_of(backward));
    CHECK(bytes_of(forward) == bytes_of(even));
    CHECK(forward.owned() <= 4096);
    HyperLogLog back;
    std::string bytes = bytes_of(forward);
    BytesReader in(bytes);
    CHECK(back.decode(&in));
    CHECK(bytes_of(back) == bytes);
  }
}

TEST_CASE("the quantile sketch keeps its error") {
  std::mt19937_64 random(1);
  std::vector<double> even, heavy, near, small;
  for (int i = 0; i < 20000; ++i) {
    double u = static_cast<double>(random() >> 11) * 0x1p-53;
    even.push_back(1 + 1000 * u);
    heavy.push_back(std::pow(1 - u, -2));  // a long tail
    near.push_back(1e9 + u);
    small.push_back(1e-300 * (1 + u));
  }
  for (const auto& values : {even, heavy, near, small}) CHECK(worst_error(values) <= QuantileSketch::kError);
}

TEST_CASE("the quantile sketch is exact at both ends, and for one value") {
  QuantileSketch sketch;
  sketch.add(12.34);
  for (double p : {0.0, 0.3, 1.0}) CHECK(sketch.quantile(p) == 12.34);
  sketch.add(-7.77);
  CHECK(sketch.quantile(0) == -7.77);
  CHECK(sketch.quantile(1) == 12.34);
  for (int i = 0; i < 10; ++i) sketch.add(0);
  CHECK(sketch.quantile(0.5) == 0);
}

TEST_CASE("values over all powers of two go into larger buckets, never into more memory") {
  QuantileSketch sketch;
  std::mt19937_64 random(2);
  std::vector<double> values;
  for (int i = 0; i < 200000; ++i) {
    uint64_t bits = random();
    double d;
    std::memcpy(&d, &bits, sizeof d);
    if (std::isfinite(d)) values.push_back(d);
  }
  for (double d : values) sketch.add(d);
  CHECK(sketch.owned() <= 16 * QuantileSketch::kBuckets);
  std::sort(values.begin(), values.end());
  for (double p : {0.1, 0.25, 0.75, 0.9}) {
    double ratio = sketch.quantile(p) / exact_quantile(values, p);
    CHECK(ratio > 0.2);
    CHECK(ratio < 5);
  }
}

TEST_CASE("the quantile sketch depends on the values alone, also where buckets became larger") {
  std::mt19937_64 random(3);
  for (int powers : {4, 60, 900}) {
    QuantileSketch forward, backward, panes[7], all;
    std::vector<double> values;
    for (int i = 0; i < 20000; ++i) {
      double x = std::ldexp(1 + static_cast<double>(random() >> 11) * 0x1p-53,
                            static_cast<int>(random() % static_cast<uint64_t>(2 * powers)) - powers);
      values.push_back(random() % 3 == 0 ? -x : x);
    }
    for (double x : values) forward.add(x);
    for (size_t i = values.size(); i-- > 0;) backward.add(values[i]);
    for (size_t i = 0; i < values.size(); ++i) panes[i % 97 % 7].add(values[i]);
    for (int i : {5, 2, 6, 0, 1, 4, 3}) all.merge(panes[i]);
    std::string bytes = bytes_of(forward);
    CHECK(bytes == bytes_of(backward));
    CHECK(bytes == bytes_of(all));
    QuantileSketch back;
    BytesReader in(bytes);
    CHECK(back.decode(&in));
    CHECK(bytes_of(back) == bytes);
  }
}

TEST_CASE("a tally holds many values of both kinds") {
  Tally numbers, texts;
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("name" + std::to_string(i));
  for (int round = 0; round < 3; ++round)
    for (int i = round; i < 5000; ++i) {
      numbers.add(Value::integer(i), 1);
      texts.add(Value::string(names[static_cast<size_t>(i)]), 2);
    }
  CHECK(numbers.size() == 5000);
  CHECK(texts.size() == 5000);
  std::vector<Value> ranked;
  numbers.most_frequent(5000, &ranked);
  CHECK(ranked[0].i == 2);
  CHECK(ranked[4998].i == 1);
  CHECK(ranked[4999].i == 0);
  texts.remove(Value::string("name4999"), 5);  // of 6
  ranked.clear();
  texts.most_frequent(9999, &ranked);
  CHECK(ranked.size() == 5000);
  CHECK(ranked[4998].str() == "name0");
  CHECK(ranked[4999].str() == "name4999");
  texts.remove(Value::string("name4999"), 1);
  CHECK(texts.size() == 4999);
  numbers.clear();
  numbers.add(Value::integer(7), 1);
  CHECK(numbers.size() == 1);
}

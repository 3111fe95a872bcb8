#include "base/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using cep::base::Histogram;
using cep::base::TimeBuckets;

TEST_CASE("quantiles lie within a sixteenth of those of the sorted values") {
  CHECK(Histogram().quantile(0.5) == 0);
  std::mt19937_64 random(7);
  for (int round = 0; round < 20; ++round) {
    Histogram histogram;
    std::vector<uint64_t> values(1 + random() % 5000);
    for (uint64_t& v : values) {
      v = random() >> (random() % 64);
      histogram.add(v);
    }
    std::sort(values.begin(), values.end());
    CHECK(histogram.count() == values.size());
    CHECK(histogram.max() == values.back());
    for (double q : {0.0, 0.5, 0.99, 1.0}) {
      const auto rank = std::max<size_t>(1, static_cast<size_t>(q * static_cast<double>(values.size()) + 0.5));
      const uint64_t exact = values[rank - 1];
      CHECK(histogram.quantile(q) >= exact);
      CHECK(histogram.quantile(q) - exact <= exact / 16);
    }
  }
}

TEST_CASE("buckets of time are exact at each bound, and add up") {
  CHECK(std::is_sorted(TimeBuckets::kBoundsUs.begin(), TimeBuckets::kBoundsUs.end()));
  TimeBuckets times;
  std::vector<uint64_t> values = {0, 99, 100, 101, 250, 251, 9'999'999, 10'000'000, 10'000'001, uint64_t{1} << 40};
  uint64_t sum = 0;
  for (uint64_t v : values) {
    times.add(v);
    sum += v;
  }
  CHECK(times.count() == values.size());
  CHECK(times.sum_us() == sum);
  for (size_t b = 0; b < TimeBuckets::kBoundsUs.size(); ++b)
    CHECK(times.at_most(b) == static_cast<uint64_t>(std::count_if(values.begin(), values.end(), [b](uint64_t v) { return v <= TimeBuckets::kBoundsUs[b]; })));
}

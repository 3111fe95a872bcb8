#include "base/histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using cep::base::Histogram;

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

// Where a percentile lies: between two of n sorted values.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace cep::expr {

// Number p × (n − 1) in the sorted values, counted from 0: value `below`, then `part` of the way to the next.
struct Rank {
  uint64_t below = 0;
  double part = 0;

  // REQUIRES n > 0, p from 0 to 1.
  Rank(double p, uint64_t n) {
    double at = p * static_cast<double>(n - 1), whole = std::floor(at);
    below = std::min(static_cast<uint64_t>(whole), n - 1);
    part = below == n - 1 ? 0 : at - whole;
  }
  double between(double low, double high) const {
    double distance = high - low;
    return std::isfinite(distance) ? low + distance * part : low * (1 - part) + high * part;
  }
};

}  // namespace cep::expr

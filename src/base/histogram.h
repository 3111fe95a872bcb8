// How long things took, in two forms: for quantiles (Histogram), and by a few fixed bounds, exact, as Prometheus adds them up over machines (TimeBuckets). One thread.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace cep::base {

// Counts in buckets whose width grows with the value (each power of two in 16 parts: a relative error below 1/16).
class Histogram {
 public:
  void add(uint64_t value) {
    ++buckets_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }
  uint64_t count() const { return count_; }
  uint64_t max() const { return max_; }
  // The least upper bound of a bucket such that a part `q` (0 to 1) of all values lies at or below it, max() at most; 0 if there are none.
  uint64_t quantile(double q) const {
    const uint64_t wanted = std::max<uint64_t>(1, static_cast<uint64_t>(q * static_cast<double>(count_) + 0.5));
    uint64_t seen = 0;
    for (size_t b = 0; b < kBuckets; ++b)
      if ((seen += buckets_[b]) >= wanted && count_ > 0) return std::min(max_, upper(b));
    return max_;
  }

 private:
  static constexpr int kBits = 4;
  static constexpr size_t kParts = 1 << kBits;
  static constexpr size_t kBuckets = kParts * (64 - kBits + 1);

  static size_t bucket_of(uint64_t v) {
    if (v < kParts) return v;
    const int shift = std::bit_width(v) - 1 - kBits;
    return kParts * static_cast<size_t>(shift + 1) + ((v >> shift) - kParts);
  }
  static uint64_t upper(size_t b) {
    if (b < kParts) return b;
    const int shift = static_cast<int>(b / kParts) - 1;
    return ((kParts + b % kParts + 1) << shift) - 1;
  }

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0, max_ = 0;
};

class TimeBuckets {
 public:
  // From a write that a controller's memory takes to a disk that is stuck; ascending.
  static constexpr std::array<uint64_t, 16> kBoundsUs = {100,    250,    500,     1'000,   2'500,   5'000,     10'000,    25'000,
                                                         50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
  void add(uint64_t us) {
    for (size_t b = 0; b < kBoundsUs.size(); ++b) at_most_[b] += us <= kBoundsUs[b];
    ++count_;
    sum_us_ += us;
  }
  uint64_t at_most(size_t bound) const { return at_most_[bound]; }  // values up to kBoundsUs[bound]
  uint64_t count() const { return count_; }
  uint64_t sum_us() const { return sum_us_; }

 private:
  std::array<uint64_t, kBoundsUs.size()> at_most_{};
  uint64_t count_ = 0, sum_us_ = 0;
};

}  // namespace cep::base

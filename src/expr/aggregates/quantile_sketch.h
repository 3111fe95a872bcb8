// A histogram of doubles over buckets that are slices of the powers of two, for percentiles in bounded memory.
// Each power of two has 64 buckets, so that the middle of a bucket is at most 1/128 = 0.8 % from any value in it.
// Where values lie in more than 2048 buckets (with 64 each that is a span of 32 powers of two without gaps) pairs
// of buckets become one, and the error doubles, until they fit. The bucket is taken from the bits of the double,
// never from a logarithm, and counts are whole numbers: what it holds depends on the values alone, not on their
// order or on how they were split and merged.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "expr/aggregates/codec.h"

namespace cep::expr {

class QuantileSketch {
 public:
  static constexpr size_t kBuckets = 2048;
  static constexpr double kError = 1.0 / 128;

  void clear();
  // REQUIRES x finite.
  void add(double x);
  void merge(const QuantileSketch& from);
  uint64_t count() const { return count_; }
  // Of the values in their order, that at p × (count − 1), interpolated: each of the two values between which it
  // lies is within the error, and nothing is beyond the least and the greatest value. REQUIRES count() > 0.
  double quantile(double p) const;
  size_t owned() const { return buckets_.capacity() * sizeof(Bucket); }
  void encode(std::string* out) const;
  bool decode(BytesReader* in);

 private:
  struct Bucket {
    int64_t key;
    uint64_t count;
  };

  void put_in(int64_t key, uint64_t count);
  void coarsen();
  double value_at(uint64_t rank) const;

  std::vector<Bucket> buckets_;  // sorted by key
  uint64_t count_ = 0;
  double least_ = 0, greatest_ = 0;
  int64_t shift_ = kFinest;  // bits of a double that its key leaves away

  static constexpr int64_t kFinest = 52 - 6;
};

}  // namespace cep::expr

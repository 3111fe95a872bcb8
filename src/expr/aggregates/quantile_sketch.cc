#include "expr/aggregates/quantile_sketch.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "expr/aggregates/rank.h"

namespace cep::expr {
namespace {

constexpr int64_t kCoarsest = 53;  // has 2046 buckets

// The bits of |x| rise with |x|; their upper part, with the sign of x, is the key. 0 and what is next to it on
// both sides have key 0.
int64_t key_of(double x, int64_t shift) {
  int64_t magnitude = static_cast<int64_t>(std::bit_cast<uint64_t>(std::fabs(x)) >> shift);
  return x < 0 ? -magnitude : magnitude;
}

double middle_of(int64_t key, int64_t shift) {
  if (key == 0) return 0;
  uint64_t magnitude = static_cast<uint64_t>(key < 0 ? -key : key);
  double low = std::bit_cast<double>(magnitude << shift);
  // The last bucket would end at or beyond infinity.
  uint64_t end = std::min((magnitude + 1) << shift, std::bit_cast<uint64_t>(std::numeric_limits<double>::max()));
  double middle = low + (std::bit_cast<double>(end) - low) / 2;
  return key < 0 ? -middle : middle;
}

}  // namespace

void QuantileSketch::clear() {
  buckets_.clear();
  count_ = 0;
  shift_ = kFinest;
}

void QuantileSketch::put_in(int64_t key, uint64_t count) {
  for (;; key /= 2) {
    auto at = std::lower_bound(buckets_.begin(), buckets_.end(), key,
                               [](const Bucket& b, int64_t k) { return b.key < k; });
    if (at != buckets_.end() && at->key == key) {
      at->count += count;
      return;
    }
    if (buckets_.size() < kBuckets) {
      buckets_.insert(at, {key, count});
      return;
    }
    coarsen();
  }
}

// Halves keys towards 0, so that the order stays.
void QuantileSketch::coarsen() {
  ++shift_;
  size_t kept = 0;
  for (const Bucket& b : buckets_) {
    int64_t key = b.key / 2;
    if (kept > 0 && buckets_[kept - 1].key == key) {
      buckets_[kept - 1].count += b.count;
    } else {
      buckets_[kept++] = {key, b.count};
    }
  }
  buckets_.resize(kept);
}

void QuantileSketch::add(double x) {
  least_ = count_ == 0 ? x : std::min(least_, x);
  greatest_ = count_ == 0 ? x : std::max(greatest_, x);
  ++count_;
  put_in(key_of(x, shift_), 1);
}

void QuantileSketch::merge(const QuantileSketch& from) {
  if (from.count_ == 0) return;
  least_ = count_ == 0 ? from.least_ : std::min(least_, from.least_);
  greatest_ = count_ == 0 ? from.greatest_ : std::max(greatest_, from.greatest_);
  count_ += from.count_;
  while (shift_ < from.shift_) coarsen();
  for (const Bucket& b : from.buckets_) put_in(b.key / (int64_t{1} << (shift_ - from.shift_)), b.count);
}

double QuantileSketch::value_at(uint64_t rank) const {
  for (const Bucket& b : buckets_) {
    if (rank < b.count) return std::clamp(middle_of(b.key, shift_), least_, greatest_);
    rank -= b.count;
  }
  return greatest_;
}

double QuantileSketch::quantile(double p) const {
  Rank rank(p, count_);
  if (rank.below == 0 && rank.part == 0) return least_;
  if (rank.below == count_ - 1) return greatest_;
  double low = value_at(rank.below);
  return rank.part == 0 ? low : rank.between(low, value_at(rank.below + 1));
}

void QuantileSketch::encode(std::string* out) const {
  put(count_, out);
  put(least_, out);
  put(greatest_, out);
  put(shift_, out);
  put(uint64_t{buckets_.size()}, out);
  for (const Bucket& b : buckets_) {
    put(b.key, out);
    put(b.count, out);
  }
}

bool QuantileSketch::decode(BytesReader* in) {
  uint64_t size, sum = 0;
  if (!in->get(&count_) || !in->get_finite(&least_) || !in->get_finite(&greatest_) || !in->get(&shift_))
    return false;
  if (count_ > INT64_MAX || shift_ < kFinest || shift_ > kCoarsest || least_ > greatest_) return false;
  if (!in->get_count(sizeof(Bucket), &size) || size > kBuckets) return false;
  buckets_.resize(size);
  int64_t bound = key_of(std::numeric_limits<double>::max(), shift_);
  for (size_t i = 0; i < size; ++i) {
    Bucket& b = buckets_[i];
    if (!in->get(&b.key) || !in->get(&b.count) || b.count == 0 || b.count > count_ - sum) return false;
    if (b.key < -bound || b.key > bound || (i > 0 && b.key <= buckets_[i - 1].key)) return false;
    sum += b.count;
  }
  return sum == count_;
}

}  // namespace cep::expr

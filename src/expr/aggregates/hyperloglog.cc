#include "expr/aggregates/hyperloglog.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace cep::expr {
namespace {

constexpr int kRankBits = 64 - HyperLogLog::kBits;
constexpr int kHighestRank = kRankBits + 1;

// The two series of Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017):
// the part of the registers that are empty, and of those that are full.
double sigma(double x) {
  if (x == 1) return INFINITY;
  double y = 1, z = x, before;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}
double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x, before;
  do {
    x = std::sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

}  // namespace

void HyperLogLog::clear() {
  hashes_.clear();
  registers_.clear();
}

void HyperLogLog::put_in_register(uint64_t hash) {
  uint64_t rest = hash << kBits;
  int rank = rest == 0 ? kHighestRank : std::countl_zero(rest) + 1;
  uint8_t& r = registers_[hash >> kRankBits];
  r = std::max(r, static_cast<uint8_t>(rank));
}

void HyperLogLog::add(uint64_t hash) {
  if (!registers_.empty()) return put_in_register(hash);
  auto at = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (at != hashes_.end() && *at == hash) return;
  if (hashes_.size() < kExact) {
    hashes_.insert(at, hash);
    return;
  }
  make_registers();
  put_in_register(hash);
}

void HyperLogLog::make_registers() {
  registers_.assign(kRegisters, 0);
  for (uint64_t h : hashes_) put_in_register(h);
  std::vector<uint64_t>().swap(hashes_);  // gives the memory back
}

void HyperLogLog::merge(const HyperLogLog& from) {
  for (uint64_t h : from.hashes_) add(h);
  if (from.registers_.empty()) return;
  if (registers_.empty()) make_registers();
  for (size_t i = 0; i < kRegisters; ++i) registers_[i] = std::max(registers_[i], from.registers_[i]);
}

uint64_t HyperLogLog::estimate() const {
  if (registers_.empty()) return hashes_.size();
  std::array<uint32_t, kHighestRank + 1> registers_of_rank{};
  for (uint8_t r : registers_) ++registers_of_rank[r];
  constexpr double m = kRegisters;
  double z = m * tau(1 - registers_of_rank[kHighestRank] / m);
  for (size_t rank = kRankBits; rank >= 1; --rank) z = 0.5 * (z + registers_of_rank[rank]);
  z += m * sigma(registers_of_rank[0] / m);
  constexpr double kHalfOverLn2 = 0.72134752044448170368;
  return static_cast<uint64_t>(std::min(std::round(kHalfOverLn2 * m * m / z), 0x1p62));
}

size_t HyperLogLog::owned() const {
  return hashes_.capacity() * sizeof(uint64_t) + registers_.capacity();
}

void HyperLogLog::encode(std::string* out) const {
  put(uint8_t{!registers_.empty()}, out);
  if (registers_.empty()) {
    put(uint64_t{hashes_.size()}, out);
    for (uint64_t h : hashes_) put(h, out);
  } else {
    for (uint8_t r : registers_) put(r, out);
  }
}

bool HyperLogLog::decode(BytesReader* in) {
  bool dense;
  if (!in->get(&dense)) return false;
  if (!dense) {
    uint64_t count;
    if (!in->get_count(sizeof(uint64_t), &count) || count > kExact) return false;
    hashes_.resize(count);
    for (uint64_t& h : hashes_)
      if (!in->get(&h)) return false;
    return std::adjacent_find(hashes_.begin(), hashes_.end(), std::greater_equal<>()) == hashes_.end();
  }
  registers_.resize(kRegisters);
  for (uint8_t& r : registers_)
    if (!in->get(&r) || r > kHighestRank) return false;
  return true;
}

}  // namespace cep::expr

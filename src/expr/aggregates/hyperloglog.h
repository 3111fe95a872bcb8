// HyperLogLog: how many different hashes came, in at most 4 KB. Up to 512 hashes are kept as they are, and the
// answer is their number; more go into 4096 registers, and the estimate (Ertl's, without tables of bias) has a
// relative standard error of 1.04 / sqrt(4096) = 1.6 %. What it holds depends on the set of hashes alone, not on
// their order or on how they were split and merged.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "expr/aggregates/codec.h"

namespace cep::expr {

class HyperLogLog {
 public:
  static constexpr int kBits = 12;
  static constexpr size_t kRegisters = size_t{1} << kBits;
  static constexpr size_t kExact = 512;

  void clear();
  void add(uint64_t hash);
  void merge(const HyperLogLog& from);
  uint64_t estimate() const;
  size_t owned() const;
  void encode(std::string* out) const;
  bool decode(BytesReader* in);

 private:
  void put_in_register(uint64_t hash);
  void make_registers();

  std::vector<uint64_t> hashes_;    // sorted; empty once there are registers
  std::vector<uint8_t> registers_;  // none or kRegisters
};

}  // namespace cep::expr

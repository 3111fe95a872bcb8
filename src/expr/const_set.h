// The constants of an `in (…)`: a few are tried in turn, many are looked up (whole numbers and doubles by
// binary search, strings by hash).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cep/value.h"

namespace cep::expr {

class ConstSet {
 public:
  // A set that answers for values of `type` what `==` with each of `list` would (ints and doubles by value).
  // Nulls of the list are passed over. REQUIRES type is not kNull nor kBool, and every constant is comparable
  // with it.
  ConstSet(Type type, std::span<const Value> list);

  // REQUIRES v is of the set's type.
  bool contains(const Value& v) const;

 private:
  bool contains_text(std::string_view s) const;
  void add_number(const Value& v);
  void build_table();

  Type type_;
  std::vector<int64_t> wholes_;  // sorted
  std::vector<double> reals_;    // sorted
  std::vector<std::string> texts_;
  std::vector<uint32_t>
      table_;  // open addressing over texts_: index + 1, 0 is free; empty when there are few
};

}  // namespace cep::expr

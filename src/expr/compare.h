// The order of values: numbers by value (int with double exactly, never through rounding), strings by bytes,
// all else by its whole number.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "cep/value.h"

namespace cep::expr {

template <class T>
inline int three_way(T a, T b) {
  return (a > b) - (a < b);
}

// Exact: -1, 0 or 1. REQUIRES d is a number.
inline int compare_int_double(int64_t i, double d) {
  if (d >= 0x1p63) return -1;
  if (d < -0x1p63) return 1;
  int64_t whole = static_cast<int64_t>(d);  // cuts towards zero; exact where |d| >= 2^53
  if (i != whole) return i < whole ? -1 : 1;
  return three_way(0.0, d - static_cast<double>(whole));
}

inline int compare_bytes(std::string_view a, std::string_view b) {
  size_t common = std::min(a.size(), b.size());
  int c = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  return c != 0 ? (c > 0) - (c < 0) : three_way(a.size(), b.size());
}

// Equality of `size` bytes without a call where there are at most 16: two loads that may overlap cover them.
inline bool equal_bytes(const char* a, const char* b, size_t size) {
  auto same_words = [&]<class Word>(Word) {
    Word a1, a2, b1, b2;
    std::memcpy(&a1, a, sizeof(Word));
    std::memcpy(&b1, b, sizeof(Word));
    std::memcpy(&a2, a + size - sizeof(Word), sizeof(Word));
    std::memcpy(&b2, b + size - sizeof(Word), sizeof(Word));
    return a1 == b1 && a2 == b2;
  };
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return same_words(uint64_t{});
  if (size >= 4) return same_words(uint32_t{});
  if (size >= 2) return same_words(uint16_t{});
  return size == 0 || *a == *b;
}
inline bool equal_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size());
}

// REQUIRES neither is null, and they are of one type or both numbers.
inline int compare(const Value& a, const Value& b) {
  if (a.type == b.type) {
    switch (a.type) {
      case Type::kDouble:
        return three_way(a.d, b.d);
      case Type::kString:
        return compare_bytes(a.str(), b.str());
      case Type::kBool:
        return three_way<int>(a.b, b.b);
      default:
        return three_way(a.i, b.i);
    }
  }
  return a.type == Type::kInt ? compare_int_double(a.i, b.d) : -compare_int_double(b.i, a.d);
}

// The value as one of `type`: an int becomes a double where that is asked for (branches of `if`, `coalesce`),
// all else stays.
inline Value widen(const Value& v, Type type) {
  return type == Type::kDouble && v.type == Type::kInt ? Value::real(static_cast<double>(v.i)) : v;
}

}  // namespace cep::expr

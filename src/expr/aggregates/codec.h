// Bytes of accumulators: numbers in the order of this machine's bytes (little endian), texts behind their
// length.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "cep/value.h"

namespace cep::expr {

template <class T>
void put(T number, std::string* out) {
  static_assert(std::is_arithmetic_v<T>);
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}
inline void put_text(std::string_view text, std::string* out) {
  put(uint64_t{text.size()}, out);
  out->append(text);
}

// Reads what put() wrote. Every step fails where the bytes end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  bool get(T* number) {
    static_assert(std::is_arithmetic_v<T>);
    if (bytes_.size() < sizeof *number) return false;
    std::memcpy(number, bytes_.data(), sizeof *number);
    bytes_.remove_prefix(sizeof *number);
    return true;
  }
  bool get_finite(double* number) { return get(number) && std::isfinite(*number); }
  bool get_flag(bool* flag) {
    uint8_t byte;
    if (!get(&byte) || byte > 1) return false;
    *flag = byte == 1;
    return true;
  }
  bool get_text(std::string_view* text) {
    uint64_t size;
    if (!get(&size) || size > bytes_.size()) return false;
    *text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return true;
  }
  // A number of items, each of at least `least` bytes.
  bool get_size(size_t least, uint64_t* items) { return get(items) && *items <= bytes_.size() / least; }
  size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

// A value of a type that is known; not null.
void put_value(const Value& v, std::string* out);
// Text points into the bytes read.
bool get_value(Type type, Reader* in, Value* v);

// A value of fixed size as 64 bits: equal values (`==`) have equal bits.
uint64_t value_bits(const Value& v);
Value value_of_bits(Type type, uint64_t bits);
// Of any value; equal values hash alike.
uint64_t value_hash(const Value& v);

}  // namespace cep::expr

// Numbers and texts as bytes, for every format of this program: fixed numbers little endian, counts as varints, texts behind their length. Who reads trusts nothing: whatever bytes come,
// a step that they do not hold fails, and so does every step after it.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/check.h"

namespace cep::base {

static_assert(std::endian::native == std::endian::little, "fixed numbers are copied as they are");

// At a place of the caller's, sizeof(T) bytes.
template <class T>
void store(T number, char* out) {
  static_assert(std::is_arithmetic_v<T>);
  std::memcpy(out, &number, sizeof number);
}
// REQUIRES sizeof(T) bytes from `at` on.
template <class T>
T load(std::string_view bytes, size_t at) {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
  CEP_CHECK(at <= bytes.size() && sizeof(T) <= bytes.size() - at);
  T number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

// Behind what *out holds. A bool is one byte, 0 or 1.
template <class T>
void put(T number, std::string* out) {
  static_assert(std::is_arithmetic_v<T>);
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}
// Seven bits a byte, the lowest first, all but the last byte with the high bit: one byte below 128, ten at most.
void put_varint(uint64_t number, std::string* out);
// A varint too, of few bytes for small numbers of either sign: 0, -1, 1, -2 … are 0, 1, 2, 3 …
void put_signed_varint(int64_t number, std::string* out);
// Its length as a varint, then the text.
void put_text(std::string_view text, std::string* out);

// Reads from the front what put… has written. What a step gives is unspecified when it returns false; then ok() is false from there on. Texts that come as a view point into the bytes.
class BytesReader {
 public:
  explicit BytesReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  bool get(T* number) {
    static_assert(std::is_arithmetic_v<T>);
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte = 0;
      if (!get(&byte) || byte > 1) return fail();
      *number = byte == 1;
    } else {
      if (bytes_.size() < sizeof *number) return fail();
      std::memcpy(number, bytes_.data(), sizeof *number);
      bytes_.remove_prefix(sizeof *number);
    }
    return true;
  }
  // Neither infinite nor not a number.
  bool get_finite(double* number) { return get(number) && (std::isfinite(*number) || fail()); }
  // Only the shortest form of a number is one.
  bool get_varint(uint64_t* number);
  bool get_signed_varint(int64_t* number);
  // A fixed number of items, each of which takes at least `least` of the bytes that follow: whoever makes room for them needs no more than the bytes do.
  bool get_count(size_t least, uint64_t* items) { return get(items) && (*items <= bytes_.size() / least || fail()); }
  bool get_bytes(size_t size, std::string_view* bytes);
  bool get_text(std::string_view* text);
  bool get_text(std::string* text);

  // That every step so far has held.
  bool ok() const { return ok_; }
  // The same, and nothing is left.
  bool done() const { return ok_ && bytes_.empty(); }
  // What was not read yet; empty after a failure.
  std::string_view rest() const { return bytes_; }

 private:
  bool fail() {
    bytes_ = {};
    return ok_ = false;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace cep::base

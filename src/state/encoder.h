// The bytes of one entry of a saved state: whole numbers of seven bits a byte (the low ones first, the highest bit says that more follow), doubles as 8 bytes of their bits, texts behind
// their length. Little endian on every machine (FORMAT.md).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "cep/value.h"

namespace cep::state {

class Encoder {
 public:
  void number(uint64_t x) { base::put_varint(x, &bytes_); }
  // Small ones of either sign take little: 0, -1, 1, -2 … are 0, 1, 2, 3 …
  void whole(int64_t x) { base::put_signed_varint(x, &bytes_); }
  void real(double x) { base::put(x, &bytes_); }
  void flag(bool x) { base::put(x, &bytes_); }
  void text(std::string_view x) { base::put_text(x, &bytes_); }
  // With its type, so that it can be read without knowing it.
  void value(const Value& v);
  // Without its type. REQUIRES v is null or of this type.
  void value_of(Type type, const Value& v);

  const std::string& bytes() const { return bytes_; }

 private:
  void content(const Value& v);

  std::string bytes_;
};

// Reads what an Encoder wrote, in the same order. Bytes that say something else are never followed: from the first one that cannot be, ok() is false and all that is read is 0, false, empty or
// null. Texts and values point into the bytes.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : in_(bytes) {}

  uint64_t number() { return read<uint64_t>(&base::BytesReader::get_varint); }
  int64_t whole() { return read<int64_t>(&base::BytesReader::get_signed_varint); }
  double real() { return read<double>(&base::BytesReader::get<double>); }
  bool flag() { return read<bool>(&base::BytesReader::get<bool>); }
  std::string_view text() {
    std::string_view x;
    return ok() && in_.get_text(&x) ? x : std::string_view();
  }
  Value value();
  Value value_of(Type type);
  // A number of items that follow, of at least one byte each: no more than there are bytes, so that whoever makes room for them makes no more room than the bytes are worth.
  size_t count();
  // A number below `end`.
  uint64_t below(uint64_t end);

  // What was read means nothing after all.
  void fail() { failed_ = true; }
  bool ok() const { return !failed_ && in_.ok(); }
  // Whether all was good and nothing is left.
  bool done() const { return !failed_ && in_.done(); }

 private:
  template <class T>
  T read(bool (base::BytesReader::*get)(T*)) {
    T x{};
    return ok() && (in_.*get)(&x) ? x : T{};
  }
  Value content(Type type);

  base::BytesReader in_;
  bool failed_ = false;
};

}  // namespace cep::state

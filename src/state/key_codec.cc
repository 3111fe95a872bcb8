#include "state/key_codec.h"

#include <bit>
#include <cstring>

#include "base/check.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cep::state {
namespace {

constexpr char kNullTag = '\1';
constexpr char kValueTag = '\2';

void append_big_endian(uint64_t x, std::string* out) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(x >> (56 - 8 * i));
  out->append(bytes, 8);
}

uint64_t read_big_endian(std::string_view bytes) {
  CEP_CHECK(bytes.size() >= 8);
  uint64_t x = 0;
  for (int i = 0; i < 8; ++i) x = x << 8 | static_cast<uint8_t>(bytes[i]);
  return x;
}

// Doubles whose bits sort as the numbers do; -0.0 and 0.0 are one key.
uint64_t ordered_bits(double d) {
  uint64_t bits = std::bit_cast<uint64_t>(d == 0 ? 0.0 : d);
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}

double from_ordered_bits(uint64_t bits) {
  return std::bit_cast<double>(bits >> 63 ? bits & ~(uint64_t{1} << 63) : ~bits);
}

// NUL is written as 00 FF and 00 00 ends the text, so that no key is a prefix of another.
void append_text(std::string_view text, std::string* out) {
  for (;;) {
    const void* nul = text.empty() ? nullptr : std::memchr(text.data(), 0, text.size());
    if (!nul) break;
    size_t n = static_cast<size_t>(static_cast<const char*>(nul) - text.data());
    out->append(text.data(), n);
    out->append("\0\xff", 2);
    text.remove_prefix(n + 1);
  }
  out->append(text);
  out->append("\0\0", 2);
}

size_t read_text(std::string_view bytes, std::string* out) {
  for (size_t i = 0;;) {
    CEP_CHECK(i < bytes.size());
    if (bytes[i] != 0) {
      out->push_back(bytes[i++]);
      continue;
    }
    CEP_CHECK(i + 1 < bytes.size());
    if (bytes[i + 1] == 0) return i + 2;
    out->push_back(0);
    i += 2;
  }
}

}  // namespace

void append_key(const Value& v, std::string* out) {
  if (v.is_null()) {
    out->push_back(kNullTag);
    return;
  }
  out->push_back(kValueTag);
  switch (v.type) {
    case Type::kString: return append_text(v.str(), out);
    case Type::kBool: out->push_back(v.b ? 1 : 0); return;
    case Type::kDouble: return append_big_endian(ordered_bits(v.d), out);
    default: return append_big_endian(static_cast<uint64_t>(v.i) ^ uint64_t{1} << 63, out);
  }
}

void encode_key(const event::Row& row, const std::vector<uint16_t>& slots, const std::vector<Type>& types, std::string* out) {
  for (size_t i = 0; i < slots.size(); ++i) append_key(row.get(slots[i], types[i]), out);
}

void decode_key(std::string_view bytes, const std::vector<Type>& types, std::vector<OwnedValue>* out) {
  out->clear();
  for (Type type : types) {
    CEP_CHECK(!bytes.empty());
    OwnedValue owned;
    bool null = bytes[0] == kNullTag;
    bytes.remove_prefix(1);
    if (!null) {
      owned.value.type = type;
      if (type == Type::kString) {
        bytes.remove_prefix(read_text(bytes, &owned.text));
      } else if (type == Type::kBool) {
        owned.value.b = bytes[0] != 0;
        bytes.remove_prefix(1);
      } else {
        uint64_t x = read_big_endian(bytes);
        if (type == Type::kDouble) owned.value.d = from_ordered_bits(x);
        else owned.value.i = static_cast<int64_t>(x ^ uint64_t{1} << 63);
        bytes.remove_prefix(8);
      }
    }
    out->push_back(std::move(owned));
  }
}

uint64_t key_hash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace cep::state

#include "base/bytes.h"

namespace cep::base {

void put_varint(uint64_t number, std::string* out) {
  for (; number >= 0x80; number >>= 7) out->push_back(static_cast<char>(number | 0x80));
  out->push_back(static_cast<char>(number));
}

void put_signed_varint(int64_t number, std::string* out) {
  put_varint((static_cast<uint64_t>(number) << 1) ^ static_cast<uint64_t>(number >> 63), out);
}

void put_text(std::string_view text, std::string* out) {
  put_varint(text.size(), out);
  out->append(text);
}

bool BytesReader::get_varint(uint64_t* number) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = 0;
    if (!get(&byte)) return false;
    const uint64_t bits = byte & 0x7f;
    if (shift == 63 && bits > 1) return fail();
    value |= bits << shift;
    if (byte >= 0x80) continue;
    if (byte == 0 && shift > 0) return fail();  // not the shortest form
    *number = value;
    return true;
  }
  return fail();
}

bool BytesReader::get_signed_varint(int64_t* number) {
  uint64_t bits = 0;
  if (!get_varint(&bits)) return false;
  *number = static_cast<int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  return true;
}

bool BytesReader::get_bytes(size_t size, std::string_view* bytes) {
  if (size > bytes_.size()) return fail();
  *bytes = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return true;
}

bool BytesReader::get_text(std::string_view* text) {
  uint64_t size = 0;
  return get_varint(&size) && get_bytes(size, text);
}

bool BytesReader::get_text(std::string* text) {
  std::string_view bytes;
  if (!get_text(&bytes)) return false;
  text->assign(bytes);
  return true;
}

}  // namespace cep::base

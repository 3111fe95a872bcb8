#include "lang/utf8.h"

#include <cstdint>

namespace cep::lang {

size_t code_point_size(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xC2 || c > 0xF4) return 0;
  if (c < 0xE0) return tail(1) ? 2 : 0;
  if (c < 0xF0) {
    const bool in_range = !(c == 0xE0 && byte(1) < 0xA0) && !(c == 0xED && byte(1) >= 0xA0);
    return in_range && tail(1) && tail(2) ? 3 : 0;
  }
  const bool in_range = !(c == 0xF0 && byte(1) < 0x90) && !(c == 0xF4 && byte(1) >= 0x90);
  return in_range && tail(1) && tail(2) && tail(3) ? 4 : 0;
}

size_t letter_size(std::string_view text, size_t at) {
  if (at >= text.size() || static_cast<unsigned char>(text[at]) < 0x80) return 0;
  const size_t size = code_point_size(text, at);
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[at + i])); };
  uint32_t c = 0;
  if (size == 2) c = (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (size == 3) c = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  if (size == 4) c = 0x10000;
  const bool latin = c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7;
  const bool beyond = c >= 0x3040 && c != 0xFEFF && c < 0xFFF0;
  return latin || beyond || c == 0x10000 ? size : 0;
}

}  // namespace cep::lang

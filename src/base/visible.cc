#include "base/visible.h"

#include <cstdio>

namespace cep::base {
namespace {

std::string written_out(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0, size = 0; at < text.size(); at += size) {
    const int32_t c = code_point_at(text, at, &size);
    if (c >= 0 && (!is_control(c) || (lines && (c == '\n' || c == '\t')))) {
      out.append(text, at, size);
      continue;
    }
    char escape[16];
    if (c >= 0)
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
    else
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
    out += escape;
  }
  return out;
}

}  // namespace

int32_t code_point_at(std::string_view text, size_t at, size_t* size) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const unsigned first = byte(0);
  *size = 1;
  if (first < 0x80) return static_cast<int32_t>(first);
  const size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return -1;
  uint32_t c = first & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return -1;
    c = c << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < kLeast[bytes] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return -1;
  *size = bytes;
  return static_cast<int32_t>(c);
}

bool is_control(int32_t c) {
  return (c >= 0 && c < 0x20) || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string visible(std::string_view text) { return written_out(text, false); }
std::string visible_lines(std::string_view text) { return written_out(text, true); }

}  // namespace cep::base

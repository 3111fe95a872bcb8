#include "base/utf8.h"

#include <cstring>

namespace cep::base {

size_t code_point_size(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  if (at >= text.size()) return 0;
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return tail(1) ? 2 : 0;
  if (first < 0xf0) {
    const bool fits = !(first == 0xe0 && byte(1) < 0xa0) && !(first == 0xed && byte(1) > 0x9f);
    return fits && tail(1) && tail(2) ? 3 : 0;
  }
  const bool fits = !(first == 0xf0 && byte(1) < 0x90) && !(first == 0xf4 && byte(1) > 0x8f);
  return fits && tail(1) && tail(2) && tail(3) ? 4 : 0;
}

int32_t code_point_at(std::string_view text, size_t at, size_t* size) {
  const size_t bytes = code_point_size(text, at);
  const unsigned first = static_cast<unsigned char>(text[at]);
  *size = 1;
  if (bytes == 0) return -1;
  if (bytes == 1) return static_cast<int32_t>(first);
  uint32_t c = first & (0x7fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  *size = bytes;
  return static_cast<int32_t>(c);
}

char* write_code_point(uint32_t c, char* out) {
  const auto tail = [&](unsigned shift) { *out++ = static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
    tail(0);
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | c >> 12);
    tail(6);
    tail(0);
  } else {
    *out++ = static_cast<char>(0xf0 | c >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

size_t find_bad_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    uint64_t eight = 0;  // bytes of plain ASCII at once
    const bool full = text.size() - at >= sizeof eight;
    if (full) std::memcpy(&eight, text.data() + at, sizeof eight);
    const size_t n = full && (eight & 0x8080808080808080u) == 0 ? sizeof eight : code_point_size(text, at);
    if (n == 0) return at;
    at += n;
  }
  return std::string_view::npos;
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (;;) {
    const size_t bad = find_bad_utf8(bytes);
    out.append(bytes.substr(0, bad));
    if (bad == std::string_view::npos) return out;
    out += "\xef\xbf\xbd";
    bytes.remove_prefix(bad + 1);
  }
}

std::string_view cut_utf8(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && !begins_code_point(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

}  // namespace cep::base

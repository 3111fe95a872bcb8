#include "runtime/utf8.h"

#include <cstdint>

namespace cep::runtime {
namespace {

// Length of the well-formed sequence at the start of the text; 0 if there is none.
size_t sequence_length(std::string_view s) {
  auto byte = [&](size_t i) { return i < s.size() ? static_cast<uint8_t>(s[i]) : 0; };
  auto tail = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  uint8_t a = byte(0), b = byte(1);
  if (a < 0x80) return 1;
  if (a >= 0xc2 && a <= 0xdf) return tail(1) ? 2 : 0;
  if (a >= 0xe0 && a <= 0xef) {
    bool fits = tail(1) && !(a == 0xe0 && b < 0xa0) && !(a == 0xed && b > 0x9f);
    return fits && tail(2) ? 3 : 0;
  }
  if (a >= 0xf0 && a <= 0xf4) {
    bool fits = tail(1) && !(a == 0xf0 && b < 0x90) && !(a == 0xf4 && b > 0x8f);
    return fits && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    size_t n = sequence_length(bytes);
    if (n == 0) out += "\xef\xbf\xbd";
    else out.append(bytes.substr(0, n));
    bytes.remove_prefix(n ? n : 1);
  }
  return out;
}

}  // namespace cep::runtime

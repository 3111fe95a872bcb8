#include "runtime/utf8.h"

#include <cstdint>
#include <cstring>

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
  // What is well-formed is copied in runs, plain ASCII looked at eight bytes at a time.
  for (;;) {
    size_t good = 0;
    while (good < bytes.size()) {
      uint64_t eight = 0;
      if (good + 8 <= bytes.size()) std::memcpy(&eight, bytes.data() + good, 8);
      const bool ascii = good + 8 <= bytes.size() && (eight & 0x8080808080808080u) == 0;
      const size_t n = ascii ? 8 : sequence_length(bytes.substr(good));
      if (n == 0) break;
      good += n;
    }
    out.append(bytes.substr(0, good));
    if (good == bytes.size()) return out;
    out += "\xef\xbf\xbd";
    bytes.remove_prefix(good + 1);
  }
}

}  // namespace cep::runtime

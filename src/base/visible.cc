#include "base/visible.h"

#include <cstdio>

#include "base/utf8.h"

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

bool is_control(int32_t c) {
  return (c >= 0 && c < 0x20) || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::string visible(std::string_view text) { return written_out(text, false); }
std::string visible_lines(std::string_view text) { return written_out(text, true); }

}  // namespace cep::base

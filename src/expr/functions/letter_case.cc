#include "expr/functions/letter_case.h"

#include <cstring>

#include "base/utf8.h"

namespace cep::expr::functions_detail {
namespace {

// Shifted: capitals [first, last], each small letter `distance` after it. Alternating: capital and small take
// turns from `first` on.
struct Run {
  uint32_t first, last;
  uint32_t distance;
};
constexpr Run kShifted[] = {{'A', 'Z', 32},     {0xc0, 0xd6, 32},   {0xd8, 0xde, 32},   {0x388, 0x38a, 37},
                            {0x391, 0x3a1, 32}, {0x3a3, 0x3ab, 32}, {0x400, 0x40f, 80}, {0x410, 0x42f, 32},
                            {0x386, 0x386, 38}, {0x38c, 0x38c, 64}, {0x38e, 0x38f, 63}, {0x4c0, 0x4c0, 15}};
constexpr Run kAlternating[] = {{0x100, 0x12e, 1}, {0x132, 0x136, 1},   {0x139, 0x147, 1},
                                {0x14a, 0x176, 1}, {0x179, 0x17d, 1},   {0x3d8, 0x3ee, 1},
                                {0x460, 0x480, 1}, {0x48a, 0x4be, 1},   {0x4c1, 0x4cd, 1},
                                {0x4d0, 0x52e, 1}, {0x1e00, 0x1e94, 1}, {0x1ea0, 0x1efe, 1}};
struct Single {
  uint32_t capital, small;
};
constexpr Single kBothWays[] = {{0x178, 0xff}};
// Small letters that share their capital with another.
constexpr Single kOnlyUp[] = {{'I', 0x131}, {'S', 0x17f}, {0x39c, 0xb5}, {0x3a3, 0x3c2}};
constexpr Single kOnlyDown[] = {{0x130, 'i'}, {0x1e9e, 0xdf}};

}  // namespace

uint32_t to_lower(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  for (const Run& r : kShifted)
    if (c >= r.first && c <= r.last) return c + r.distance;
  for (const Run& r : kAlternating)
    if (c >= r.first && c <= r.last && (c - r.first) % 2 == 0) return c + 1;
  for (const Single& s : kBothWays)
    if (c == s.capital) return s.small;
  for (const Single& s : kOnlyDown)
    if (c == s.capital) return s.small;
  return c;
}

uint32_t to_upper(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  for (const Run& r : kShifted)
    if (c >= r.first + r.distance && c <= r.last + r.distance) return c - r.distance;
  for (const Run& r : kAlternating)
    if (c > r.first && c <= r.last + 1 && (c - r.first) % 2 == 1) return c - 1;
  for (const Single& s : kBothWays)
    if (c == s.small) return s.capital;
  for (const Single& s : kOnlyUp)
    if (c == s.small) return s.capital;
  return c;
}

// The other case of a letter never takes more bytes, so the result fits in the size of the text.
std::string_view map_letters(std::string_view s, uint32_t (*map)(uint32_t), Arena* arena) {
  char* begin = arena->allocate(s.size());
  char* to = begin;
  for (size_t at = 0, bytes; at < s.size(); at += bytes) {
    const int32_t c = base::code_point_at(s, at, &bytes);
    const uint32_t mapped = c < 0 ? 0 : map(static_cast<uint32_t>(c));
    if (c >= 0 && mapped != static_cast<uint32_t>(c)) {
      to = base::write_code_point(mapped, to);
    } else {
      std::memcpy(to, s.data() + at, bytes);
      to += bytes;
    }
  }
  return {begin, static_cast<size_t>(to - begin)};
}

}  // namespace cep::expr::functions_detail

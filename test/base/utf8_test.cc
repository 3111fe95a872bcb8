#include "base/utf8.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>

using namespace cep::base;

namespace {

bool scalar(uint32_t c) { return c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff); }

std::string bytes_of(uint32_t c) {
  char bytes[4];
  return std::string(bytes, write_code_point(c, bytes));
}

// Every code point by its bytes, written as the table of the standard has the bits.
const std::map<std::string, uint32_t, std::less<>>& all() {
  static const auto made = [] {
    std::map<std::string, uint32_t, std::less<>> out;
    const auto byte = [](uint32_t b) { return static_cast<char>(b); };
    for (uint32_t c = 0; c <= 0x10ffff; ++c) {
      if (!scalar(c)) continue;
      std::string s;
      if (c < 0x80) s = {byte(c)};
      else if (c < 0x800) s = {byte(0xc0 + c / 64), byte(0x80 + c % 64)};
      else if (c < 0x10000) s = {byte(0xe0 + c / 4096), byte(0x80 + c / 64 % 64), byte(0x80 + c % 64)};
      else s = {byte(0xf0 + c / 262144), byte(0x80 + c / 4096 % 64), byte(0x80 + c / 64 % 64), byte(0x80 + c % 64)};
      out.emplace_hint(out.end(), std::move(s), c);
    }
    return out;
  }();
  return made;
}

// The slow and obvious way: whether one of the code points is how the text goes on.
size_t slow_size(std::string_view text, size_t at) {
  for (size_t n = 1; n <= std::min<size_t>(4, text.size() - at); ++n)
    if (all().contains(text.substr(at, n))) return n;
  return 0;
}

std::string some_text() {
  std::string text;
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(
      std::vector<std::string>{"a", "plain ASCII", "é", "€", "😀", "\x80", "\xbf", "\xc0", "\xc2", "\xe0", "\xa0", "\xed", "\x9f", "\xf0", "\x90", "\xf4", "\x8f", "\xf5", "\xff", std::string(1, '\0')}));
  for (const std::string& piece : pieces) text += piece;
  return text;
}

}  // namespace

TEST_CASE("every code point is written and read, and no other bytes are one") {
  size_t wrong = 0;
  for (const auto& [bytes, c] : all()) {
    size_t size = 0;
    wrong += bytes_of(c) != bytes || code_point_at(bytes, 0, &size) != static_cast<int32_t>(c) || size != bytes.size() || code_point_size(bytes, 0) != size;
  }
  CHECK(wrong == 0);
  for (uint32_t three = 0; three < 1u << 24; three += 7) {  // all first bytes, many that follow
    const char bytes[] = {static_cast<char>(three), static_cast<char>(three >> 8), static_cast<char>(three >> 16), '\x80'};
    const std::string_view text(bytes, 4);
    if (static_cast<unsigned char>(bytes[0]) >= 0x80) wrong += code_point_size(text, 0) != slow_size(text, 0);
  }
  CHECK(wrong == 0);
  CHECK(code_point_size("", 0) == 0);
}

TEST_CASE("the first bad byte is found, as step by step") {
  CHECK(rc::check([] {
    const std::string text = some_text();
    size_t at = 0;
    while (at < text.size() && slow_size(text, at) > 0) at += slow_size(text, at);
    RC_ASSERT(find_bad_utf8(text) == (at == text.size() ? std::string::npos : at));
    RC_ASSERT(is_utf8(text) == (at == text.size()));
  }));
}

TEST_CASE("well-formed text stays, every other byte becomes U+FFFD") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(to_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(to_utf8("\xff") == bad);
  CHECK(to_utf8("\xc0\xaf") == bad + bad);                    // overlong
  CHECK(to_utf8("\xed\xa0\x80") == bad + bad + bad);          // a surrogate
  CHECK(to_utf8("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // beyond U+10FFFF
  CHECK(to_utf8("x\xe2\x82") == "x" + bad + bad);             // cut off
  CHECK(to_utf8(std::string_view("a\0b", 3)) == std::string("a\0b", 3));
  CHECK(rc::check([] {
    const std::string text = some_text();
    std::string slow;
    for (size_t at = 0; at < text.size();) {
      const size_t n = slow_size(text, at);
      slow += n == 0 ? "\xef\xbf\xbd" : text.substr(at, n);
      at += std::max<size_t>(n, 1);
    }
    RC_ASSERT(to_utf8(text) == slow);
  }));
}

TEST_CASE("a cut text is the longest beginning of whole code points") {
  CHECK(rc::check([] {
    const std::string text = to_utf8(some_text());
    const auto bytes = *rc::gen::inRange<size_t>(0, text.size() + 3);
    size_t fits = 0;
    for (size_t at = 0; at < text.size() && at + slow_size(text, at) <= bytes; fits = at) at += slow_size(text, at);
    RC_ASSERT(cut_utf8(text, bytes) == std::string_view(text).substr(0, fits));
  }));
}

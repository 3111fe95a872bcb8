#include "runtime/utf8.h"

#include <doctest/doctest.h>

using cep::runtime::to_utf8;

TEST_CASE("well-formed text stays, every other byte becomes U+FFFD") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(to_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(to_utf8("\xff") == bad);
  CHECK(to_utf8("\xc0\xaf") == bad + bad);                    // overlong
  CHECK(to_utf8("\xed\xa0\x80") == bad + bad + bad);          // a surrogate
  CHECK(to_utf8("\xf4\x90\x80\x80") == bad + bad + bad + bad);  // beyond U+10FFFF
  CHECK(to_utf8("x\xe2\x82") == "x" + bad + bad);             // cut off
  CHECK(to_utf8(std::string_view("a\0b", 3)) == std::string("a\0b", 3));
}

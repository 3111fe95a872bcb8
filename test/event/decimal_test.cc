#include "event/decimal.h"

#include <doctest/doctest.h>

#include <string>

using namespace cep::event;

namespace {
std::string scaled(std::string_view text, int exponent) {
  int64_t whole = 0;
  switch (scale_decimal(text, exponent, &whole)) {
    case Scaled::kExact:
      return std::to_string(whole);
    case Scaled::kCut:
      return "~" + std::to_string(whole);
    case Scaled::kNoNumber:
      return "none";
    case Scaled::kOverflow:
      return "overflow";
  }
  return "";
}
}  // namespace

TEST_CASE("decimals are scaled digit by digit, cut towards the past") {
  CHECK(scaled("1588205199.82437", 3) == "~1588205199824");
  CHECK(scaled("1588205199.123999999", 3) == "~1588205199123");
  CHECK(scaled("1588205199.824", 3) == "1588205199824");
  CHECK(scaled("-0.0001", 3) == "~-1");
  CHECK(scaled("-1.5", 3) == "-1500");
  CHECK(scaled("1234567", -3) == "~1234");
  CHECK(scaled("-1234567", -3) == "~-1235");
  CHECK(scaled("5", -6) == "~0");
  CHECK(scaled("3.0", 0) == "3");
  CHECK(scaled("1e3", 0) == "1000");
  CHECK(scaled("1.5e1", 0) == "15");
  CHECK(scaled("12300e-2", 0) == "123");
  CHECK(scaled("007", 0) == "7");
  CHECK(scaled("-0", 0) == "0");
  CHECK(scaled("0e999999999999", 0) == "0");
  CHECK(scaled("1e-999999999999", 0) == "~0");
  CHECK(scaled("9007199254740993.0", 0) == "9007199254740993");
}

TEST_CASE("64 bits are the bound") {
  CHECK(scaled("9223372036854775807", 0) == "9223372036854775807");
  CHECK(scaled("9223372036854775808", 0) == "overflow");
  CHECK(scaled("-9223372036854775808", 0) == "-9223372036854775808");
  CHECK(scaled("-9223372036854775808.5", 0) == "overflow");
  CHECK(scaled("-9223372036854775809", 0) == "overflow");
  CHECK(scaled("1e400", 0) == "overflow");
  CHECK(scaled("1e999999999999", 0) == "overflow");
  CHECK(scaled("18446744073709551616", 0) == "overflow");
  CHECK(scaled("9223372036854775", 3) == "9223372036854775000");
  CHECK(scaled("9223372036854776", 3) == "overflow");
}

TEST_CASE("what is no number") {
  for (const char* text :
       {"", "-", "+1", "1.", ".5", "1e", "1e+", " 1", "1 ", "0x10", "nan", "inf", "1_000", "--1", "1.5.2"}) {
    CAPTURE(text);
    CHECK(scaled(text, 0) == "none");
    CHECK_FALSE(is_number_text(text));
  }
  CHECK(is_number_text("-01.50E+07"));
}

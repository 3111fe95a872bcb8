#include "event/json_writer.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <simdjson.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

using namespace cep;
using namespace cep::event;

namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(text, &out);
  return out;
}

std::string written(const Value& v) {
  std::string out;
  append_json_value(v, &out);
  return out;
}

}  // namespace

TEST_CASE("strings have minimal escapes") {
  CHECK(json_of("") == "\"\"");
  CHECK(json_of("a/b \"c\" \\") == R"("a/b \"c\" \\")");
  CHECK(json_of("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(json_of(std::string_view("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
  CHECK(json_of("é€😀") == "\"é€😀\"");
}

TEST_CASE("values") {
  CHECK(written(Value::null()) == "null");
  CHECK(written(Value::boolean(true)) == "true");
  CHECK(written(Value::integer(std::numeric_limits<int64_t>::min())) == "-9223372036854775808");
  CHECK(written(Value::string("x")) == "\"x\"");
  CHECK(written(Value::timestamp(1767225600000)) == "\"2026-01-01T00:00:00.000Z\"");
  CHECK(written(Value::duration(5400000)) == "\"1h30m\"");
}

TEST_CASE("doubles print shortest, with .0 when integral") {
  struct Row {
    double value;
    const char* text;
  };
  for (const Row& row :
       {Row{0.0, "0.0"}, Row{-0.0, "-0.0"}, Row{6000, "6000.0"}, Row{100000, "100000.0"}, Row{0.1, "0.1"},
        Row{-1.5, "-1.5"}, Row{1e300, "1e+300"}, Row{1e-7, "1e-07"},
        Row{9007199254740991.0, "9007199254740991.0"}, Row{1e15, "1000000000000000.0"}, Row{1e16, "1e+16"},
        Row{12345678901234567890.0, "12345678901234567168.0"}, Row{5e-324, "5e-324"}}) {
    CAPTURE(row.text);
    CHECK(written(Value::real(row.value)) == row.text);
  }
  CHECK(written(Value::real(std::numeric_limits<double>::infinity())) == "null");
  CHECK(written(Value::real(std::nan(""))) == "null");
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD, the rest stays") {
  std::string out;
  append_json_bytes(std::string_view("a\xff\xc3\"\xe2\x82\xac\xed\xa0\x80", 10), &out);
  CHECK(out == "\"a\xef\xbf\xbd\xef\xbf\xbd\\\"€\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(base::find_bad_utf8(out) == std::string::npos);
}

TEST_CASE("what the writer writes, two other parsers read back") {
  CHECK(rc::check([](const std::string& bytes) {
    std::string clean;  // any text that is UTF-8: bytes read as Latin-1
    for (unsigned char c : bytes) {
      if (c < 0x80)
        clean.push_back(static_cast<char>(c));
      else
        clean.append({static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))});
    }
    std::string json = json_of(clean);
    RC_ASSERT(nlohmann::json::parse(json).get<std::string>() == clean);
    simdjson::dom::parser parser;
    std::string_view back = parser.parse(json).get_string().value();
    RC_ASSERT(back == clean);
    std::string lossy;
    append_json_bytes(bytes, &lossy);
    RC_ASSERT(nlohmann::json::accept(lossy));
  }));
}

TEST_CASE("doubles come back bit by bit") {
  CHECK(rc::check([](uint64_t bits) {
    double value;
    std::memcpy(&value, &bits, 8);
    RC_PRE(std::isfinite(value));
    std::string text = written(Value::real(value));
    simdjson::dom::parser parser;
    double back = parser.parse(text).get_double().value();
    RC_ASSERT(std::memcmp(&back, &value, 8) == 0);
    RC_ASSERT(text.find_first_of(".e") != std::string::npos);
  }));
  CHECK(rc::check(
      [](int32_t whole) { RC_ASSERT(written(Value::real(whole)) == std::to_string(whole) + ".0"); }));
}

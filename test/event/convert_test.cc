// Where a field is in a line and how its value is converted.
#include <doctest/doctest.h>

#include "event/decode_kit.h"
#include "event/line_decoder.h"

using namespace cep;
using namespace cep::event;
using namespace cep::event::test;

namespace {

// {"v":JSON} read as `f`: the value as JSON, "-" for null, or "! reason".
std::string read(Field f, std::string_view json) {
  f.name = "v";
  std::string out = decoded(schema(f), "{\"v\": " + std::string(json) + " }");
  if (out == "{}") return "-";
  return out[0] == '!' ? out : out.substr(5, out.size() - 6);
}
std::string read(Type type, std::string_view json) { return read(field("v", type), json); }

}  // namespace

TEST_CASE("a string takes numbers by their text, objects and arrays as compact JSON, no bool") {
  CHECK(read(Type::kString, "\"x\"") == "\"x\"");
  CHECK(read(Type::kString, "\"\"") == "\"\"");
  CHECK(read(Type::kString, "389") == "\"389\"");
  CHECK(read(Type::kString, "1.50") == "\"1.50\"");
  CHECK(read(Type::kString, "18446744073709551615") == "\"18446744073709551615\"");
  CHECK(read(Type::kString, "-0") == "\"-0\"");
  CHECK(read(Type::kString, "{ \"a\" : [ 1 , 2.50 ] }") == "\"{\\\"a\\\":[1,2.50]}\"");
  CHECK(read(Type::kString, "[ ]") == "\"[]\"");
  CHECK(read(Type::kString, "null") == "-");
  CHECK(read(Type::kString, "true") == "! field `v`: true is no string");
}

TEST_CASE("an int takes whole numbers and their text") {
  CHECK(read(Type::kInt, "389") == "389");
  CHECK(read(Type::kInt, "-9223372036854775808") == "-9223372036854775808");
  CHECK(read(Type::kInt, "\"389\"") == "389");
  CHECK(read(Type::kInt, "\"-007\"") == "-7");
  CHECK(read(Type::kInt, "3.0") == "3");
  CHECK(read(Type::kInt, "\"3.0\"") == "3");
  CHECK(read(Type::kInt, "1e3") == "1000");
  CHECK(read(Type::kInt, "9007199254740993.0") == "9007199254740993");
  CHECK(read(Type::kInt, "null") == "-");
  CHECK(read(Type::kInt, "1.5") == "! field `v`: 1.5 is no int");
  CHECK(read(Type::kInt, "\"x\"") == "! field `v`: \"x\" is no int");
  CHECK(read(Type::kInt, "\"\"") == "! field `v`: \"\" is no int");
  CHECK(read(Type::kInt, "\" 1\"") == "! field `v`: \" 1\" is no int");
  CHECK(read(Type::kInt, "true") == "! field `v`: true is no int");
  CHECK(read(Type::kInt, "[1]") == "! field `v`: [1] is no int");
  CHECK(read(Type::kInt, "9223372036854775808") == "! field `v`: 9223372036854775808 is beyond 64 bits");
  CHECK(read(Type::kInt, "1e300") == "! field `v`: 1e300 is beyond 64 bits");
  CHECK(read(Type::kInt, "\"99999999999999999999\"") ==
        "! field `v`: \"99999999999999999999\" is beyond 64 bits");
  CHECK(read(Type::kInt, "9007199254740992.5") == "! field `v`: 9007199254740992.5 is no int");
}

TEST_CASE("a double takes numbers and their text") {
  CHECK(read(Type::kDouble, "1.5") == "1.5");
  CHECK(read(Type::kDouble, "3") == "3.0");
  CHECK(read(Type::kDouble, "18446744073709551615") == "18446744073709551616.0");
  CHECK(read(Type::kDouble, "\"1.5\"") == "1.5");
  CHECK(read(Type::kDouble, "\"-2e3\"") == "-2000.0");
  CHECK(read(Type::kDouble, "1e-400") == "0.0");
  CHECK(read(Type::kDouble, "\"1e-400\"") == "0.0");
  CHECK(read(Type::kDouble, "\"1e400\"") == "! field `v`: \"1e400\" is beyond the range of double");
  for (const char* text : {"\"nan\"", "\"inf\"", "\"1.5x\"", "\"\"", "\"+1\"", "\"0x1\"", "{}", "false"}) {
    CAPTURE(text);
    CHECK(read(Type::kDouble, text) == "! field `v`: " + std::string(text) + " is no double");
  }
}

TEST_CASE("nothing converts to bool") {
  CHECK(read(Type::kBool, "true") == "true");
  CHECK(read(Type::kBool, "false") == "false");
  CHECK(read(Type::kBool, "null") == "-");
  for (const char* text : {"\"true\"", "1", "0.0", "[]"}) {
    CAPTURE(text);
    CHECK(read(Type::kBool, text) == "! field `v`: " + std::string(text) + " is no bool");
  }
}

TEST_CASE("timestamp: epoch milliseconds or RFC 3339") {
  CHECK(read(Type::kTimestamp, "1767225600000") == "\"2026-01-01T00:00:00.000Z\"");
  CHECK(read(Type::kTimestamp, "\"2026-01-01T00:00:00.1239Z\"") == "\"2026-01-01T00:00:00.123Z\"");
  CHECK(read(Type::kTimestamp, "\"2026-01-01 02:00:00+02:00\"") == "\"2026-01-01T00:00:00.000Z\"");
  CHECK(read(Type::kTimestamp, "\"2026-01-01T00:00:00\"") == "\"2026-01-01T00:00:00.000Z\"");
  CHECK(read(Type::kTimestamp, "\"1767225600000\"") == "\"2026-01-01T00:00:00.000Z\"");
  CHECK(read(Type::kTimestamp, "5.0") == "\"1970-01-01T00:00:00.005Z\"");
  CHECK(read(Type::kTimestamp, "5.5") == "! field `v`: 5.5 is no timestamp");
  CHECK(read(Type::kTimestamp, "\"yesterday\"") == "! field `v`: \"yesterday\" is no timestamp");
  CHECK(read(Type::kTimestamp, "true") == "! field `v`: true is no timestamp");
  CHECK(read(Type::kTimestamp, "null") == "-");
}

TEST_CASE("timestamp(s), (us), (ns): exact, cut towards the past") {
  const Field s = timestamp("v", TimestampFormat::kSeconds);
  const Field us = timestamp("v", TimestampFormat::kMicros);
  const Field ns = timestamp("v", TimestampFormat::kNanos);
  CHECK(read(s, "1588205199.82437") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(s, "1588205199.824") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(s, "1588205199.123999999") == "\"2020-04-30T00:06:39.123Z\"");
  CHECK(read(s, "1588205199.001") == "\"2020-04-30T00:06:39.001Z\"");
  CHECK(read(s, "1588205199") == "\"2020-04-30T00:06:39.000Z\"");
  CHECK(read(s, "\"1588205199.824\"") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(s, "1.5882051998243e9") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(s, "-0.0001") == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(read(us, "1588205199824370") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(us, "1588205199824999.9") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(us, "-1") == "\"1969-12-31T23:59:59.999Z\"");
  CHECK(read(ns, "1588205199824999999") == "\"2020-04-30T00:06:39.824Z\"");
  CHECK(read(ns, "10000000000000000000") == "\"2286-11-20T17:46:40.000Z\"");
  CHECK(read(s, "10000000000000000") == "! field `v`: 10000000000000000 is beyond the range of timestamp");
  CHECK(read(s, "\"2026-01-01\"") == "! field `v`: \"2026-01-01\" is no timestamp");
  CHECK(read(s, "true") == "! field `v`: true is no timestamp");
  for (int ms = 0; ms < 1000; ++ms) {  // every millisecond of a second, as decimals: none moves
    char text[32];
    std::snprintf(text, sizeof text, "1588205199.%03d", ms);
    char want[40];
    std::snprintf(want, sizeof want, "\"2020-04-30T00:06:39.%03dZ\"", ms);
    CHECK(read(s, text) == want);
  }
}

TEST_CASE("timestamp(\"format\") reads text") {
  const Field f = timestamp("v", TimestampFormat::kText, "%d/%b/%Y:%H:%M:%S %z");
  CHECK(read(f, "\"10/Oct/2000:13:55:36 -0700\"") == "\"2000-10-10T20:55:36.000Z\"");
  CHECK(read(f, "\"10/Oct/2000\"") ==
        "! field `v`: \"10/Oct/2000\" is no timestamp of the form \"%d/%b/%Y:%H:%M:%S %z\"");
  CHECK(read(timestamp("v", TimestampFormat::kText, "%Y%m%d"), "20150102") == "\"2015-01-02T00:00:00.000Z\"");
}

TEST_CASE("a field that the event does not carry is null or its default; required rejects") {
  Field n = field("n", Type::kInt);
  n.fallback = OwnedValue(Value::integer(7));
  Field t = field("t", Type::kString);
  t.fallback = OwnedValue(Value::string("none"));
  Field d = field("d", Type::kDouble);
  d.fallback = OwnedValue(Value::integer(1));
  Field at = field("at", Type::kTimestamp);
  at.fallback = OwnedValue(Value::string("1970-01-01T00:00:00.005Z"));
  const Schema s = schema(n, t, d, at, field("x", Type::kInt));
  CHECK(decoded(s, "{}") == R"({"n":7,"t":"none","d":1.0,"at":"1970-01-01T00:00:00.005Z"})");
  CHECK(decoded(s, R"({"n":null,"t":"a","d":2,"at":1,"x":null})") ==
        R"({"n":7,"t":"a","d":2.0,"at":"1970-01-01T00:00:00.001Z"})");
  Field r = field("r", Type::kInt);
  r.required = true;
  CHECK(decoded(schema(r), "{}") == "! field `r` is required, and the event has none");
  CHECK(decoded(schema(r), "{\"r\":null}") == "! field `r` is required, and the event has none");
  CHECK(decoded(schema(r), "{\"r\":0}") == "{\"r\":0}");
}

TEST_CASE("paths: the member of exactly that name first, then the parts") {
  const Schema s = schema(field("v", Type::kString, "a.b.c"));
  CHECK(decoded(s, R"({"a":{"b":{"c":"deep"}}})") == R"({"v":"deep"})");
  CHECK(decoded(s, R"({"a":{"b":{"c":"deep"}},"a.b.c":"flat"})") == R"({"v":"flat"})");
  CHECK(decoded(s, R"({"a":{"b.c":"half","b":{"c":"deep"}}})") == R"({"v":"half"})");
  CHECK(decoded(s, R"({"a":{"b":{"c":5}}})") == R"({"v":"5"})");
  CHECK(decoded(s, R"({"a":{"b":{"c":{"d":[1, 2]}}}})") == R"({"v":"{\"d\":[1,2]}"})");
  for (const char* line : {"{}", R"({"a":1})", R"({"a":null})", R"({"a":{"b":"x"}})",
                           R"({"a":{"b":{"x":1}}})", R"({"a":[{"b":1}]})"}) {
    CAPTURE(line);
    CHECK(decoded(s, line) == "{}");
  }
  CHECK(decoded(s, R"({"a":{"b":1,"b":{"c":1}}})") == "! field `v`: a member of its path comes twice");
  CHECK(decoded(s, R"({"a":{"x":1,"x":2,"b":{"c":"ok"}}})") == R"({"v":"ok"})");
  CHECK(decoded(schema(field("v", Type::kString, "@timestamp")), R"({"@timestamp":"t"})") == R"({"v":"t"})");
}

TEST_CASE("paths: array indexes") {
  const Schema s = schema(field("v", Type::kString, "tags.1"));
  CHECK(decoded(s, R"({"tags":["a","b"]})") == R"({"v":"b"})");
  CHECK(decoded(s, R"({"tags":["a"]})") == "{}");
  CHECK(decoded(s, R"({"tags":[]})") == "{}");
  CHECK(decoded(s, R"({"tags":{"1":"named"}})") == R"({"v":"named"})");
  CHECK(decoded(schema(field("v", Type::kInt, "a.0.n")), R"({"a":[{"n":"389"}]})") == R"({"v":389})");
  CHECK(decoded(schema(field("v", Type::kInt, "a.01")), R"({"a":[1,2]})") == "{}");
  CHECK(decoded(schema(field("v", Type::kInt, "a.99999999999")), R"({"a":[1,2]})") == "{}");
  CHECK(decoded(schema(field("v", Type::kInt, "a.1.n")), R"({"a":[1,{"n":1.5}]})") ==
        "! field `v`: 1.5 is no int");
}

TEST_CASE("two fields may read one member") {
  const Schema s = schema(field("n", Type::kInt), field("text", Type::kString, "n"));
  CHECK(decoded(s, R"({"n":5})") == R"({"n":5,"text":"5"})");
}

TEST_CASE("a long value is cut in the reason, between characters") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "é";
  std::string shown;
  for (int i = 0; i < 31; ++i) shown += "é";
  CHECK(read(Type::kInt, "\"" + text + "\"") == "! field `v`: \"" + shown + "… is no int");
}

TEST_CASE("what no type of the parser holds: by its text") {
  CHECK(read(Type::kDouble, "12345678901234567890123") == "1.2345678901234568e+22");
  CHECK(read(Type::kDouble, "18446744073709551616") == "18446744073709551616.0");
  CHECK(read(Type::kDouble, "18446744073709551615") == "18446744073709551616.0");
  CHECK(read(Type::kDouble, "-9223372036854775809") == "-9223372036854775808.0");
  CHECK(read(Type::kDouble, "0.1234567890123456789e0") == "0.12345678901234568");
  CHECK(read(Type::kDouble, "1e-400") == "0.0");
  CHECK(read(Type::kDouble, "1e400") == "! field `v`: 1e400 is beyond the range of double");
  CHECK(read(Type::kDouble, "-1e400") == "! field `v`: -1e400 is beyond the range of double");
  CHECK(read(Type::kInt, "12345678901234567890123") == "! field `v`: 12345678901234567890123 is beyond 64 bits");
  CHECK(read(Type::kInt, "1e400") == "! field `v`: 1e400 is beyond 64 bits");
  CHECK(read(Type::kTimestamp, "1e400") == "! field `v`: 1e400 is beyond 64 bits");
  CHECK(read(Type::kString, "12345678901234567890123") == "\"12345678901234567890123\"");
  CHECK(read(Type::kString, "-1E400") == "\"-1E400\"");
  CHECK(read(Type::kString, "[1e400,\"\\ud800\"]") == "\"[1e400,\\\"\\\\ud800\\\"]\"");
  CHECK(read(Type::kString, "\"a\\ud800\"") == "! field `v`: \"a\\ud800\" has a lone surrogate, which is no text");
  CHECK(read(Type::kInt, "\"1\\ud800\"") == "! field `v`: \"1\\ud800\" is no int");
  // A neighbour's oddity changes nothing.
  for (const char* plain : {"1", "1.5", "\"x\"", "\"389\"", "true", "18446744073709551615", "[1]", "1e3", "9007199254740993.0"}) {
    for (Type type : {Type::kString, Type::kInt, Type::kDouble, Type::kBool, Type::kTimestamp}) {
      CAPTURE(plain);
      const Schema s = schema(field("v", type));
      const std::string alone = decoded(s, "{\"v\":" + std::string(plain) + "}");
      CHECK(decoded(s, "{\"v\":" + std::string(plain) + ",\"odd\":1e400}") == alone);
      CHECK(decoded(s, "{\"odd\":\"\\udc00\",\"v\":" + std::string(plain) + "}") == alone);
    }
  }
}

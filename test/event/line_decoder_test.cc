// Kinds of lines and hostile ones; the rules of conversion are in convert_test.cc.
#include "event/json_writer.h"
#include "event/line_decoder.h"

#include <doctest/doctest.h>

#include "event/decode_kit.h"

using namespace cep;
using namespace cep::event;
using namespace cep::event::test;

namespace {

Schema user_schema() {
  return schema(field("user", Type::kString), field("n", Type::kInt), field("ts", Type::kTimestamp));
}

// "kind stream time" of a control line, the reason of a broken one.
std::string kind_of(std::string_view line) {
  LineDecoder decoder{Limits()};
  const LineKind& k = decoder.parse(line);
  std::string stream = k.has_stream ? " " + std::string(k.stream) : "";
  switch (k.kind) {
    case LineKind::kBlank:
      return "blank";
    case LineKind::kEvent:
      return "event" + stream + (k.is_delete ? " delete" : "");
    case LineKind::kWatermark:
      return "watermark" + stream + " " + std::to_string(k.time);
    case LineKind::kEnd:
      return "end" + stream;
    case LineKind::kAt:
      return "at " + std::to_string(k.time);
    case LineKind::kTick:
      return "tick " + std::to_string(k.time);
    case LineKind::kRecorded:
      return "recorded " + std::string(k.name);
    case LineKind::kBroken:
      return "! " + k.reason;
  }
  return "";
}

}  // namespace

TEST_CASE("kinds of lines") {
  struct Row {
    const char* line;
    const char* kind;
  };
  const Row rows[] = {
      {"", "blank"},
      {" \t\r", "blank"},
      {"\xef\xbb\xbf", "blank"},
      {"{}", "event"},
      {"{\"a\":1}\r", "event"},
      {"\xef\xbb\xbf{\"a\":1}", "event"},
      {" {\"a\":\xef\xbb\xbf 1}", "! bad JSON at byte 7: this is no value"},
      {"{\"_stream\":\"s\",\"a\":1}", "event s"},
      {"{\"_stream\":\"s\",\"a\":1,\"_delete\":true}", "event s delete"},
      {"{\"_stream\":\"s\",\"_delete\":false}", "event s"},
      {"{\"_stream\":1}", "! `_stream` must be a string"},
      {"{\"_load\":{}}", "recorded _load"},
      {"{\"_session\":null}", "recorded _session"},
      {"{\"_line\":\"\"}", "recorded _line"},
      {"{\"_broken\":1}", "recorded _broken"},
      {"{\"_broken\":1,\"a\":1}", "event"},
      {"{\"_delete\":1}", "! `_delete` must be true or false"},
      {"{\"_producer\":\"p\",\"_partition\":3}", "event"},
      {R"({"_watermark":{"stream":"s","time":10}})", "watermark s 10"},
      {R"({"_watermark":{"time":"1970-01-01T00:00:00.010Z","stream":"*"}})", "watermark * 10"},
      {R"({"_watermark":{"stream":"s"}})", "! `_watermark` must be {\"stream\":NAME,\"time\":T}"},
      {R"({"_watermark":{"stream":"s","time":1,"x":2}})",
       "! `_watermark` must be {\"stream\":NAME,\"time\":T}"},
      {R"({"_watermark":{"stream":"s","time":1,"time":2}})",
       "! `_watermark` must be {\"stream\":NAME,\"time\":T}"},
      {R"({"_watermark":{"stream":"s","time":1.5}})",
       "! `time` must be epoch milliseconds or an RFC 3339 text, from 1970 to the year 9999"},
      {R"({"_watermark":{"stream":"s","time":-1}})",
       "! `time` must be epoch milliseconds or an RFC 3339 text, from 1970 to the year 9999"},
      {R"({"_watermark":5})", "! `_watermark` must be {\"stream\":NAME,\"time\":T}"},
      {R"({"_watermark":{"stream":"s","time":1},"a":1})",
       "! `_watermark` must be the only member of its line"},
      {R"({"_end":{"stream":"*"}})", "end *"},
      {R"({"_end":{}})", "! `_end` must be {\"stream\":\"*\"}"},
      {R"({"_end":"*"})", "! `_end` must be {\"stream\":\"*\"}"},
      {R"({"_at":5})", "at 5"},
      {R"({"_at":"1970-01-01T00:00:00Z"})", "! `_at` must be epoch milliseconds, from 1970 to the year 9999"},
      {R"({"_tick":7})", "tick 7"},
      {R"({"_tick":253402300800000})", "! `_tick` must be epoch milliseconds, from 1970 to the year 9999"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(kind_of(row.line) == row.kind);
  }
}

TEST_CASE("what is not declared costs nothing, whatever the grammar allows") {
  const char* const odd[] = {
      "12345678901234567890123", "-12345678901234567890123", "1e400", "-1E+999999999999999999999", "1e-999999999999", "0e99999",
      "\"\\ud800\"", "\"\\udfff\"", "\"\\ud83d\\u0041\"", "\"\\uDC00\\uD800\"",
      "{\"\\ud800\":1,\"\\udbff\":[1e400,{\"z\":\"\\udc00\"}]}", "[[1e400,\"\\ud800\",18446744073709551616]]",
      "{\"a\":1,\"a\":2}"};
  Field raw = field("_raw", Type::kString);
  raw.raw = true;
  const Schema s = schema(field("id", Type::kString), field("n", Type::kInt, "deep.n"), field("last", Type::kDouble));
  const Schema with_raw = schema(field("id", Type::kString), raw);
  LineDecoder used{Limits()};
  for (const std::string value : odd) {
    CAPTURE(value);
    const std::string row = R"({"id":"x","n":3,"last":1.5})";
    CHECK(decoded(used, s, R"({"id":"x","odd":)" + value + R"(,"deep":{"n":3},"last":1.5})") == row);
    CHECK(decoded(used, s, R"({"odd":)" + value + R"(,"id":"x","deep":{"before":)" + value + R"(,"n":3,"after":)" + value + R"(},"last":1.5})") == row);
    const std::string line = R"({"id":"x","odd":)" + value + "}";
    std::string shown;
    append_json_string(line, &shown);
    CHECK(decoded(used, with_raw, line) == R"({"id":"x","_raw":)" + shown + "}");
  }
  CHECK(decoded(used, s, R"({"\ud800":1,"\ud801":2,"id":"x"})") == R"({"id":"x"})");
}

TEST_CASE("hostile lines each have a reason, and the next line is read") {
  struct Row {
    std::string line;
    const char* reason;
  };
  const Row rows[] = {
      {std::string((1 << 20) + 1, ' '), "! the line has 1048577 bytes, the limit is 1048576"},
      {"{\"a\":\"\xc3\x28\"}", "! bad UTF-8 at byte 7"},
      {std::string("{\"a\":\"x\0y\"}", 11), "! a NUL byte at byte 8"},
      {std::string(8, '\0'), "! a NUL byte at byte 1"},
      {"{\"_stream\":\"\\ud800\"}", "! `_stream` has a lone surrogate"},
      {"{\"\\ud800\":1,\"\\uD800\":2}", "! the member `\xef\xb7\x90" "d800` comes twice"},
      {"{\"a\":1e400,\"a\":1}", "! the member `a` comes twice"},
      {std::string(1000000, '['), "! nested deeper than 64 levels at byte 65"},
      {std::string(524288, '[') + std::string(524288, ']'), "! nested deeper than 64 levels at byte 65"},
      {"{\"a\":1,\"b\":2,\"a\":1}", "! the member `a` comes twice"},
      {"{\"a\":1,\"\\u0061\":2}", "! the member `a` comes twice"},
      {"{\"_stream\":\"s\",\"_stream\":\"t\"}", "! the member `_stream` comes twice"},
      {"[1,2]", "! the line is no JSON object"},
      {"\"text\"", "! the line is no JSON object"},
      {"17", "! the line is no JSON object"},
      {"null", "! the line is no JSON object"},
      {"hello", "! bad JSON at byte 1: this is no value"},
      {"{\"id\":", "! bad JSON at byte 7: a value is missing"},
      {"{\"a\":1}{\"a\":2}", "! bad JSON at byte 8: there is text after the end of the value"},
      {"\xff\xfe{\"a\":1}", "! bad UTF-8 at byte 1"},
  };
  LineDecoder decoder{Limits()};
  const Schema s = user_schema();
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    CHECK(decoded(decoder, s, row.line) == row.reason);
    CHECK(decoded(decoder, s, R"({"user":"u","n":1,"ts":2})") ==
          R"({"user":"u","n":1,"ts":"1970-01-01T00:00:00.002Z"})");
  }
}

TEST_CASE("the limits are inclusive") {
  Limits limits;
  limits.line_bytes = 20;
  limits.json_depth = 3;
  LineDecoder decoder{limits};
  CHECK(decoder.parse("{\"a\":\"0123456789ab\"}").kind == LineKind::kEvent);
  CHECK(decoder.parse("{\"a\":\"0123456789ab\"}\r").kind == LineKind::kEvent);
  CHECK(decoder.parse("{\"a\":\"0123456789abc\"}").kind == LineKind::kBroken);
  CHECK(decoder.parse("{\"a\":[[1]]}").kind == LineKind::kEvent);
  CHECK(decoder.parse("{\"a\":[[[1]]]}").kind == LineKind::kBroken);
}

TEST_CASE("a line of the full length is read") {
  std::string text((1 << 20) - 11, 'x');
  LineDecoder decoder{Limits()};
  const Schema s = schema(field("user", Type::kString));
  CHECK(decoded(decoder, s, "{\"user\":\"" + text + "\"}") == "{\"user\":\"" + text + "\"}");
}

TEST_CASE("members in another order, missing, many, or new are found all the same") {
  LineDecoder decoder{Limits()};
  const Schema s = user_schema();
  const std::string row = R"({"user":"u","n":1,"ts":"1970-01-01T00:00:00.002Z"})";
  std::string many;
  for (int i = 0; i < 600; ++i) many += "\"m" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  for (int round = 0; round < 3; ++round) {
    CHECK(decoded(decoder, s, R"({"user":"u","n":1,"ts":2})") == row);
    CHECK(decoded(decoder, s, R"({"ts":2,"n":1,"user":"u"})") == row);
    CHECK(decoded(decoder, s, R"({"x":1,"ts":2,"y":[1],"n":1,"z":{"n":5},"user":"u"})") == row);
    CHECK(decoded(decoder, s, R"({"n":1})") == R"({"n":1})");
    CHECK(decoded(decoder, s, "{}") == "{}");
    CHECK(decoded(decoder, s, "{" + many + R"("user":"u","n":1,"ts":2})") == row);
    CHECK(decoded(decoder, s, "{" + many + R"("user":"u","n":1,"ts":2,"m7":1})") ==
          "! the member `m7` comes twice");
    CHECK(decoded(decoder, s, "{\"" + std::string(1000, 'k') + R"(":0,"user":"u","n":1,"ts":2})") == row);
  }
}

TEST_CASE("more shapes than are remembered change nothing") {
  LineDecoder decoder{Limits()};
  const Schema s = user_schema();
  for (int i = 0; i < 60000; ++i) {
    std::string name = "k" + std::to_string(i * 7919 % 60000);
    std::string line =
        R"({"user":"u",")" + name + R"(":0,"m)" + name + R"(":1,"n":)" + std::to_string(i) + "}";
    const std::string want = R"({"user":"u","n":)" + std::to_string(i) + "}";
    if (decoded(decoder, s, line) != want) FAIL(line);
  }
}

TEST_CASE("reserved names are refused by a stream that takes the line, unless a field reads them") {
  LineDecoder decoder{Limits()};
  const Schema plain = user_schema();
  CHECK(decoded(decoder, plain, R"({"n":1,"_id":5})") ==
        "! `_id`: names that begin with `_` are reserved; a field reads it with `from`");
  CHECK(decoded(decoder, plain, R"({"n":1,"_stream":"s","_producer":"p","_partition":1})") == R"({"n":1})");
  CHECK(decoded(decoder, schema(field("id", Type::kInt, "_id")), R"({"_id":5})") == R"({"id":5})");
  CHECK(decoded(decoder, schema(field("_id", Type::kInt)), R"({"_id":5})") == R"({"_id":5})");
  CHECK(decoded(decoder, schema(field("u", Type::kString, "_source.user")), R"({"_source":{"user":"x"}})") ==
        R"({"u":"x"})");
  CHECK(decoded(decoder, schema(field("u", Type::kString, "_sourcery.user")), R"({"_source":{"user":"x"}})")
            .substr(0, 11) == "! `_source`");
  decoder.parse(R"({"n":1,"_id":5})");
  RowBuilder row;
  int64_t time = 0;
  const std::vector<uint16_t> which = {1};
  CHECK(decoder.decode(plain, -1, &which, &row, &time).empty());
}

TEST_CASE("`which` reads only those fields, and the time if asked") {
  LineDecoder decoder{Limits()};
  const Schema s = user_schema();
  decoder.parse(R"({"user":5,"n":1,"ts":"x"})");
  RowBuilder row;
  int64_t time = 77;
  std::vector<uint16_t> which = {1};
  CHECK(decoder.decode(s, -1, &which, &row, &time).empty());
  const Row* r = row.finish(0, 0);
  CHECK(r->is_null(0));
  CHECK(r->get(1, Type::kInt).i == 1);
  CHECK(r->is_null(2));
  CHECK(time == 77);
  CHECK(decoder.decode(s, 2, &which, &row, &time) == "field `ts`: \"x\" is no timestamp");
}

TEST_CASE("one line, several schemas") {
  LineDecoder decoder{Limits()};
  const Schema a = user_schema();
  const Schema b = schema(field("n", Type::kString), field("k", Type::kString));
  RowBuilder row;
  int64_t time = 0;
  std::string out;
  for (int i = 0; i < 2; ++i) {
    decoder.parse(R"({"user":"u","n":1,"ts":2,"k":"v"})");
    CHECK(decoder.decode(a, 2, nullptr, &row, &time).empty());
    append_row_json(a, *row.finish(time, 0), &out);
    CHECK(decoder.decode(b, -1, nullptr, &row, &time).empty());
    append_row_json(b, *row.finish(time, 0), &out);
  }
  const std::string both = R"({"user":"u","n":1,"ts":"1970-01-01T00:00:00.002Z"}{"n":"1","k":"v"})";
  CHECK(out == both + both);
}

TEST_CASE("the time of an event") {
  const Schema s = user_schema();
  CHECK(decoded(s, R"({"ts":0})", 2) == R"({"ts":"1970-01-01T00:00:00.000Z"})");
  CHECK(decoded(s, R"({"n":1})", 2) == "! field `ts`: the event has no time");
  CHECK(decoded(s, R"({"ts":null})", 2) == "! field `ts`: the event has no time");
  CHECK(decoded(s, R"({"ts":-1})", 2) == "! field `ts`: a time before 1970 is none for an event");
  CHECK(decoded(s, R"({"ts":"1969-12-31T23:59:59Z"})", 2) ==
        "! field `ts`: a time before 1970 is none for an event");
  CHECK(decoded(s, R"({"ts":253402300800000})", 2) ==
        "! field `ts`: a time after the year 9999 is none for an event");
  CHECK(decoded(s, R"({"ts":-1})") == R"({"ts":"1969-12-31T23:59:59.999Z"})");
  LineDecoder decoder{Limits()};
  RowBuilder row;
  int64_t time = 0;
  decoder.parse(R"({"ts":1767225600123})");
  CHECK(decoder.decode(s, 2, nullptr, &row, &time).empty());
  CHECK(time == 1767225600123);
}

TEST_CASE("keep raw keeps the line without its CR and BOM") {
  Field raw = field("_raw", Type::kString);
  raw.raw = true;
  const Schema s = schema(field("n", Type::kInt), raw);
  CHECK(decoded(s, "\xef\xbb\xbf{\"n\": 1, \"x\":\"y\"}\r") == R"({"n":1,"_raw":"{\"n\": 1, \"x\":\"y\"}"})");
}

TEST_CASE("top-level members as text") {
  LineDecoder decoder{Limits()};
  decoder.parse(R"({"_producer":"gw\n7","_partition": 3 ,"d":1.50,"b":true,"z":null,"o":{"a":1}})");
  CHECK(decoder.member_text("_producer") == "gw\n7");
  CHECK(decoder.member_text("_partition") == "3");
  CHECK(decoder.member_text("d") == "1.50");
  CHECK(decoder.member_text("b") == "true");
  CHECK(decoder.member_text("z") == "");
  CHECK(decoder.member_text("o") == "");
  CHECK(decoder.member_text("none") == "");
}

TEST_CASE("a line whose every declared field is odd is read a few times, not once for each field") {
  constexpr int kFields = 400;
  Schema s;
  s.name = "s";
  std::string line = "{\"pad\":\"" + std::string(100'000, 'x') + "\",\"o\":{\"pad\":\"" + std::string(100'000, 'y') + "\"";
  for (int i = 0; i < kFields; ++i) line += ",\"f" + std::to_string(i) + "\":1" + std::string(20, '0') + "e-" + std::to_string(i % 20);
  line += "}";
  for (int i = 0; i < kFields; ++i) {
    const std::string name = "f" + std::to_string(i);
    line += ",\"" + name + "\":1" + std::string(20, '0') + "e-" + std::to_string(i % 20);
    s.fields.push_back(test::field(name, Type::kString));
    s.fields.push_back(test::field("o" + name, Type::kString, "o." + name));
  }
  line += "}";
  LineDecoder decoder{Limits()};
  REQUIRE(decoder.parse(line).kind == LineKind::kEvent);
  RowBuilder row;
  int64_t time = 0;
  CHECK(decoder.decode(s, -1, nullptr, &row, &time) == "");
  CHECK(row.finish(0, 0)->get(1, Type::kString).str() == "1" + std::string(20, '0') + "e-0");
  CHECK(row.finish(0, 0)->get(2 * kFields - 1, Type::kString).str() == "1" + std::string(20, '0') + "e-" + std::to_string((kFields - 1) % 20));
  CHECK(decoder.raw_bytes_read() > line.size());
  CHECK(decoder.raw_bytes_read() < 3 * line.size());
}

TEST_CASE("the buffers for a long line are given back after many short ones") {
  const Schema s = test::schema(test::field("a", Type::kString));
  LineDecoder decoder{Limits()};
  const size_t first = decoder.buffer_bytes();
  const std::string text(500'000, 'x');
  CHECK(test::decoded(decoder, s, "{\"a\":\"" + text + "\"}").size() > text.size());
  CHECK(decoder.buffer_bytes() >= text.size());
  for (int i = 0; i < 3000; ++i) REQUIRE(test::decoded(decoder, s, "{\"a\":\"y\",\"b\":1e400}") == "{\"a\":\"y\"}");
  CHECK(decoder.buffer_bytes() == first);
  CHECK(test::decoded(decoder, s, "{\"a\":\"" + text + "\"}").size() > text.size());
}

#include "event/json_scan.h"

#include <doctest/doctest.h>

using namespace cep::event;

TEST_CASE("the reason why a line is no JSON, with its place") {
  struct Row {
    std::string text;
    const char* fault;
  };
  const Row rows[] = {
      {R"({"a":1,"b":[true,null,-1.5e3,"x\u00e9\ud83d\ude00"],"c":{}} )", ""},
      {"", "bad JSON at byte 1: a value is missing"},
      {"{", "bad JSON at byte 2: a member's name in double quotes is expected"},
      {"{\"id\":", "bad JSON at byte 7: a value is missing"},
      {"{\"a\" 1}", "bad JSON at byte 6: `:` is expected"},
      {"{a:1}", "bad JSON at byte 2: a member's name in double quotes is expected"},
      {"{\"a\":1,}", "bad JSON at byte 8: a member's name in double quotes is expected"},
      {"{\"a\":1 \"b\":2}", "bad JSON at byte 8: `,` or `}` is expected"},
      {"[1 2]", "bad JSON at byte 4: `,` or `]` is expected"},
      {"[1,]", "bad JSON at byte 4: this is no value"},
      {"{\"a\":1", "bad JSON at byte 7: the line ends before its end bracket"},
      {"{\"a\":\"x", "bad JSON at byte 6: the string has no end"},
      {"{\"a\":tru}", "bad JSON at byte 6: this is no value"},
      {"{\"a\":NaN}", "bad JSON at byte 6: this is no value"},
      {"{\"a\":01}", "bad JSON at byte 6: a number begins with 0"},
      {"{\"a\":1.}", "bad JSON at byte 8: a digit is missing"},
      {"{\"a\":1e}", "bad JSON at byte 8: a digit is missing"},
      {"{\"a\":-}", "bad JSON at byte 7: a digit is missing"},
      {"{\"a\":1e400}", ""},
      {"{\"a\":1e}", "bad JSON at byte 8: a digit is missing"},
      {"{\"a\":1e-400}", ""},
      {"{\"a\":18446744073709551616}", ""},
      {"{\"a\":18446744073709551615}", ""},
      {"{\"a\":-9223372036854775809}", ""},
      {"{}{}", "bad JSON at byte 3: there is text after the end of the value"},
      {"{\"a\":\"\\x\"}", "bad JSON at byte 7: this escape is not known"},
      {"{\"a\":\"\\u12g4\"}", "bad JSON at byte 7: `\\u` needs four hexadecimal digits"},
      {"{\"a\":\"\\ud800\"}", ""},
      {"{\"a\":\"\\udc00\"}", ""},
      {"{\"a\":\"\\ud800\\ud80g\"}", "bad JSON at byte 13: `\\u` needs four hexadecimal digits"},
      {std::string("{\"a\":\"\0\"}", 9), "a NUL byte at byte 7"},
      {std::string("{\"a\":1}\0", 8), "a NUL byte at byte 8"},
      {"{\"a\":\"\t\"}", "bad JSON at byte 7: a control character must be escaped"},
      {"{\"a\":\"\xff\"}", "bad UTF-8 at byte 7"},
      {"{\"a\":\"\xc0\x80\"}", "bad UTF-8 at byte 7"},
      {"{\"a\":\"\xed\xa0\x80\"}", "bad UTF-8 at byte 7"},
      {"{\"a\":\"\xf4\x90\x80\x80\"}", "bad UTF-8 at byte 7"},
      {"{\"a\":\"\xe2\x82\"}", "bad UTF-8 at byte 7"},
      {"[[[[1]]]]", "nested deeper than 3 levels at byte 4"},
      {"[[[[]]]]", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(json_fault(row.text, 3) == row.fault);
  }
}

TEST_CASE("without oddities: the same parts at the same places") {
  struct Row {
    std::string text, plain;
  };
  const std::string most = "18446744073709551615", mark = "\xef\xb7\x90", next = "\xef\xb7\x91";
  const Row rows[] = {
      {R"({"a":[1e400,-12345678901234567890123 ,1.5]})", R"({"a":[)" + most + "," + most + R"( ,1.5]})"},
      {R"({"a":0.1234567890123456789})", R"({"a":)" + most + "}"},
      {R"(["\\ud800","\ud83d\ude00"])", R"(["\\ud800","\ud83d\ude00"])"},
      {R"({"\uD800":"x\udfffy"})", R"({")" + mark + R"(d800":"x)" + mark + R"(dfffy"})"},
      {R"(["\ud800\ud83d\ude00\udc00"])", R"([")" + mark + R"(d800\ud83d\ude00)" + mark + R"(dc00"])"},
      {R"(["\uFDD0","\ud800"])", R"(["\uFDD0",")" + next + R"(d800"])"},
      {R"([")" + mark + R"(","\ud800"])", R"([")" + mark + R"(",")" + next + R"(d800"])"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    std::vector<Oddity> odd;
    std::string plain, marker;
    CHECK(json_fault(row.text, 3, &odd) == "");
    CHECK(without_oddities(row.text, odd, &plain, &marker));
    CHECK(plain == row.plain);
  }
  std::string all;
  for (int i = 0; i < 32; ++i) all += std::string("\xef\xb7") + static_cast<char>(0x90 + i);
  std::vector<Oddity> odd;
  std::string plain, marker;
  const std::string text = "[\"" + all + "\",\"\\ud800\"]";
  CHECK(json_fault(text, 3, &odd) == "");
  CHECK_FALSE(without_oddities(text, odd, &plain, &marker));
}

TEST_CASE("the text of a value as it stands in the line") {
  const std::string line =
      R"( {"a" : 1.50 , "b,\"}" : { "c" : [ 0, {"x":"]"} , 7e1 ] , "d":"é\n" } , "e":true})";
  CHECK(raw_value(line, {0}) == "1.50");
  CHECK(raw_value(line, {1, 0, 0}) == "0");
  CHECK(raw_value(line, {1, 0, 1}) == "{\"x\":\"]\"}");
  CHECK(raw_value(line, {1, 0, 1, 0}) == "\"]\"");
  CHECK(raw_value(line, {1, 0, 2}) == "7e1");
  CHECK(raw_value(line, {1, 1}) == "\"é\\n\"");
  CHECK(raw_value(line, {2}) == "true");
  RawValues values;
  values.begin(line);
  for (const std::vector<uint32_t>& way : {std::vector<uint32_t>{1, 0, 2}, {0}, {1, 0, 0}, {1, 0, 1}, {1, 0, 1, 0}, {1, 1}, {2}, {1}}) CHECK(values.at(way) == raw_value(line, way));
  const std::string other = R"([{},[],{"a":[]},1])";
  values.begin(other);
  for (const std::vector<uint32_t>& way : {std::vector<uint32_t>{3}, {0}, {2, 0}, {1}}) CHECK(values.at(way) == raw_value(other, way));
  std::string compact;
  append_compact(raw_value(line, {1}), &compact);
  CHECK(compact == R"({"c":[0,{"x":"]"},7e1],"d":"é\n"})");
}

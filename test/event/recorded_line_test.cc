// The control lines of recorded streams: what they hold, what is none of them, what is wrong with them.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "event/recorded_line.h"

using cep::event::begins_load;
using cep::event::begins_recorded;
using cep::event::read_recorded;
using cep::event::RecordedLine;

TEST_CASE("which lines begin as one") {
  for (const char* line : {R"({"_load":{}})", R"({"_session":{}})", R"({"_line":"x"})", R"({"_broken":{}})", "\xef\xbb\xbf { \"_line\" : 1", " {\n\"_load\""})
    CHECK(begins_recorded(line));
  for (const char* line : {"", "{", "{\"", "{\"_load", "{\"_loa\":1}", "{\"_loads\":1}", "{\"a\":1}", "{\"_at\":1}", "{\"_stream\":\"_load\"}", "[\"_load\"]", "_load"})
    CHECK(!begins_recorded(line));
  CHECK(begins_load("{\"_load\":{}}"));
  CHECK(!begins_load("{\"_line\":\"\"}"));
}

TEST_CASE("what they hold") {
  RecordedLine s = read_recorded(R"({"_session":{"producer":"gw-7","stream":"tx"}})");
  CHECK(s.kind == RecordedLine::kSession);
  CHECK(s.producer == "gw-7");
  CHECK(s.stream == "tx");
  CHECK(s.wrong.empty());
  s = read_recorded(R"({"_session":{}})");
  CHECK(s.kind == RecordedLine::kSession);
  CHECK((s.producer.empty() && s.stream.empty() && s.wrong.empty()));
  RecordedLine b = read_recorded(R"({"_broken":{"line":"{\"a","reason":"cut","length":99999}})");
  CHECK(b.kind == RecordedLine::kBroken);
  CHECK(b.text == "{\"a");
  CHECK(b.reason == "cut");
  RecordedLine bytes = read_recorded(R"({"_broken":{"base64":"Yf8A","reason":"cut","length":3}})");
  CHECK(bytes.wrong.empty());
  CHECK(bytes.text == std::string("a\xff\0", 3));
  RecordedLine l = read_recorded("{\"_line\":\"{\\\"_at\\\":1}\\u0000\"}");
  CHECK(l.kind == RecordedLine::kLine);
  CHECK(l.text == std::string("{\"_at\":1}\0", 10));
}

TEST_CASE("a program") {
  RecordedLine l = read_recorded(
      R"({"_load":{"semantics":1,"limits":{"line":2000,"depth":9,"runs_per_key":8,"matches_per_event":7,"record":6000},)"
      R"("files":[{"name":"a.cep","text":"stream e\n"},{"name":"b.cep","text":""}],"tables":[{"name":"t.csv","text":"k\nö"},{"name":"u.csv","base64":"/wD+"}]}})");
  CHECK(l.wrong == "");
  REQUIRE(l.kind == RecordedLine::kLoad);
  const cep::Program& p = l.program;
  CHECK(p.limits.line_bytes == 2000);
  CHECK(p.limits.json_depth == 9);
  CHECK(p.limits.runs_per_key == 8);
  CHECK(p.limits.matches_per_event == 7);
  CHECK(p.limits.record_bytes == 6000);
  REQUIRE(p.files.size() == 2);
  CHECK(p.files[0].name == "a.cep");
  CHECK(p.files[0].text == "stream e\n");
  REQUIRE(p.table_files.size() == 2);
  CHECK(p.table_files[0].text == "k\nö");
  CHECK(p.table_files[1].text == std::string("\xff\0\xfe", 3));
  l = read_recorded(R"({"_load":{"files":[]}})");
  CHECK(l.wrong.empty());
  CHECK(l.program.semantics == cep::kSemanticsVersion);
  CHECK(l.program.limits.line_bytes == cep::Limits().line_bytes);
}

TEST_CASE("padding of base64") {
  auto text = [](const std::string& encoded) {
    RecordedLine l = read_recorded(R"({"_load":{"tables":[{"name":"t","base64":")" + encoded + "\"}]}}");
    return l.wrong.empty() ? l.program.table_files[0].text : "! " + l.wrong;
  };
  CHECK(text("") == "");
  CHECK(text("YQ==") == "a");
  CHECK(text("YWI=") == "ab");
  CHECK(text("YWJj") == "abc");
  CHECK(text("YWJjZA==") == "abcd");
  for (const char* bad : {"Y", "YQ", "YQ=", "Y===", "====", "Y=Q=", "Y Q=", "YQ==YQ=="}) CHECK(text(bad).starts_with("! "));
}

TEST_CASE("first bytes that are no UTF-8") {
  RecordedLine l = read_recorded(R"({"_broken":{"base64":"/wD+","reason":"too long","length":9}})");
  CHECK(l.wrong.empty());
  CHECK(l.text == std::string("\xff\0\xfe", 3));
  CHECK(l.reason == "too long");
  CHECK(!read_recorded(R"({"_broken":{"base64":"/wD","reason":"too long"}})").wrong.empty());
}

TEST_CASE("what is wrong with them") {
  struct Row {
    const char* line;
    const char* wrong;
  };
  const Row rows[] = {
      {R"({"_session":1})", "`_session` must be an object"},
      {R"({"_session":{"producer":1}})", "`producer` must be a string"},
      {R"({"_session":{"who":"x"}})", "`_session` has no member `who`"},
      {R"({"_session":{"stream":"a","stream":"b"}})", "`_session`: the member `stream` comes twice"},
      {R"({"_line":{}})", "`_line` must be a string"},
      {R"({"_broken":{"length":-1}})", "`length` must be a whole number from 0 to 18446744073709551615"},
      {R"({"_broken":{"base64":"Yf8"}})", "`base64` of `_broken` is none"},
      {R"({"_reset_clock":"e"})", "`_reset_clock` must be an object"},
      {R"({"_reset_clock":{"stream":"e","d":1}})", "`_reset_clock` has no member `d`"},
      {R"({"_load":[]})", "`_load` must be an object"},
      {R"({"_load":{"files":{}}})", "`files` must be an array"},
      {R"({"_load":{"files":[{"nam":"x"}]}})", "`files` has no member `nam`"},
      {R"({"_load":{"limits":{"line":0}}})", "`line` must be a whole number from 1 to 1073741824"},
      {R"({"_load":{"limits":{"depth":5000}}})", "`depth` must be a whole number from 1 to 1000"},
      {R"({"_load":{"semantics":9,"files":[]}})",
       "`_load` was recorded with semantics 9, this program knows 2: it would give other records"},
      {R"({"_load":{)", "`_load`: bad JSON"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.line);
    CHECK(read_recorded(row.line).wrong == row.wrong);
  }
}

TEST_CASE("what is another line after all") {
  for (const char* line : {R"({"_session":{},"a":1})", R"({"_load":{},"_at":1})", R"({"_line":"x)", R"({"_broken":{}} x)"}) {
    CAPTURE(line);
    RecordedLine l = read_recorded(line);
    CHECK(l.kind == RecordedLine::kNone);
    CHECK(l.wrong.empty());
  }
}

TEST_CASE("any byte changed: no line is taken for what it is not, none does harm") {
  const std::string line = R"({"_load":{"semantics":1,"files":[{"name":"a.cep","text":"x"}],"tables":[{"name":"u","base64":"/wD+"}]}})";
  std::mt19937_64 dice(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = line;
    for (size_t n = 1 + dice() % 3; n > 0; --n) changed[dice() % changed.size()] = static_cast<char>(dice());
    if (dice() % 4 == 0) changed.resize(dice() % changed.size());
    if (!begins_recorded(changed)) continue;
    RecordedLine l = read_recorded(changed);
    if (l.kind == RecordedLine::kLoad && l.wrong.empty()) CHECK(l.program.semantics <= cep::kSemanticsVersion);
  }
}

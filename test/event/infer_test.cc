#include "event/infer.h"

#include <doctest/doctest.h>

using namespace cep::event;

namespace {

std::string inferred(std::vector<std::string> lines, bool csv = false, std::string name = "events") {
  return infer_streams(lines, {std::move(name), csv});
}

// Without the first line and the comments before `stream`.
std::string body(const std::string& text) {
  size_t at = text.find("stream ");
  return at == std::string::npos ? text : text.substr(at);
}

}  // namespace

TEST_CASE("flat events: types, time, order") {
  CHECK(inferred({R"({"user_id":"u1","n":1,"amount":1,"ok":true,"zip":"00123","ts":1767225600000})",
                  R"({"user_id":"u2","n":2,"amount":1.5,"ok":null,"zip":"1","ts":1767225600001})", "",
                  "{}x"}) ==
        "# Inferred from 2 events (2 other lines left out): types, time and watermark are guesses to look "
        "over.\n"
        "\n"
        "# 2 events in order of time\n"
        "stream events (\n"
        "  user_id string,\n"
        "  n int,\n"
        "  amount double,\n"
        "  ok bool,  # in 50% of the events\n"
        "  zip string,\n"
        "  ts timestamp  # epoch milliseconds by their size\n"
        ") time ts watermark ascending\n");
  CHECK(inferred({}) == "");
  CHECK(inferred({"", "x", "{\"_end\":{\"stream\":\"*\"}}"}) == "");
}

TEST_CASE("names and paths") {
  CHECK(
      body(inferred(
          {R"({"@timestamp":"2026-01-01T00:00:00Z","in":1,"a b":2,"_id":"x","9lives":3,"user":{"name":"n","geo":{"lat":1.5,"deep":{"x":1}}},"user_name":"m","x.y":{"z":1},"tags":[1]})"},
          false, "my-feed.v1")) ==
      "stream my_feed_v1 (\n"
      "  timestamp timestamp from \"@timestamp\",\n"
      "  `in` int,\n"
      "  a_b int from \"a b\",\n"
      "  id string from \"_id\",\n"
      "  field_9lives int from \"9lives\",\n"
      "  user_name_2 string from \"user.name\",\n"
      "  user_geo_lat double from \"user.geo.lat\",\n"
      "  user_geo_deep string from \"user.geo.deep\",  # objects or arrays as their JSON text\n"
      "  user_name string,\n"
      "  x_y string from \"x.y\",  # objects or arrays as their JSON text\n"
      "  tags string  # objects or arrays as their JSON text\n"
      ") time timestamp watermark ascending\n");
}

TEST_CASE("forms of time") {
  auto time_line = [](const std::string& value) {
    std::string text = body(inferred({"{\"time\":" + value + "}"}));
    return text.substr(18, text.find('\n', 18) - 18);
  };
  CHECK(time_line("1588205199") == "time timestamp(s)  # epoch seconds by their size");
  CHECK(time_line("1588205199.82437") == "time timestamp(s)  # epoch seconds by their size");
  CHECK(time_line("1588205199824") == "time timestamp  # epoch milliseconds by their size");
  CHECK(time_line("1588205199824370") == "time timestamp(us)  # epoch microseconds by their size");
  CHECK(time_line("1588205199824370000") == "time timestamp(ns)  # epoch nanoseconds by their size");
  CHECK(time_line("\"1588205199\"") == "time timestamp(s)  # epoch seconds by their size");
  CHECK(time_line("\"2026-01-01 00:00:00\"") == "time timestamp");
  CHECK(time_line("\"10/Oct/2000:13:55:36 -0700\"") == "time timestamp(\"%d/%b/%Y:%H:%M:%S %z\")");
  CHECK(time_line("\"10/11/2000 13:55:36\"") ==
        "time timestamp(\"%m/%d/%Y %H:%M:%S\")  # or day first: \"%d/%m/%Y %H:%M:%S\"");
  CHECK(time_line("\"13/11/2000 13:55:36\"") == "time timestamp(\"%d/%m/%Y %H:%M:%S\")");
  CHECK(time_line("17") == "time int");
  CHECK(time_line("\"soon\"") == "time string");
}

TEST_CASE("disorder gives the watermark") {
  std::string text = inferred({"{\"ts\":1767225603000}", "{\"ts\":1767225600000}", "{\"ts\":1767225602000}"});
  CHECK(text.find("# 3 events; the latest came 3s behind the greatest time before it\n") !=
        std::string::npos);
  CHECK(text.find(") time ts watermark 5s\n") != std::string::npos);
  CHECK(inferred({"{\"a\":1}"}).find("no field is a time in every event") != std::string::npos);
}

TEST_CASE("kinds of events are told apart where their members differ") {
  const std::vector<std::string> lines = {R"({"@stream":"conn","ts":1767225602000,"bytes":1,"port":2})",
                                          R"({"@stream":"dns","ts":1767225600000,"query":"q","answers":[]})",
                                          R"({"@stream":"conn","ts":1767225603000,"bytes":1,"port":2})"};
  CHECK(inferred(lines) ==
        "# Inferred from 3 events: types, time and watermark are guesses to look over.\n"
        "# \"@stream\" tells 2 kinds of events apart.\n"
        "\n"
        "# 2 events in order of time\n"
        "stream conn (\n"
        "  stream string from \"@stream\",\n"
        "  ts timestamp,  # epoch milliseconds by their size\n"
        "  bytes int,\n"
        "  port int\n"
        ") time ts watermark ascending\n"
        "  when stream == \"conn\"\n"
        "\n"
        "# 1 event; the latest came 2s behind the greatest time before it\n"
        "stream dns (\n"
        "  stream string from \"@stream\",\n"
        "  ts timestamp,  # epoch milliseconds by their size\n"
        "  query string,\n"
        "  answers string  # objects or arrays as their JSON text\n"
        ") time ts watermark 2s\n"
        "  when stream == \"dns\"\n");
  CHECK(inferred({R"({"type":"A","ts":1,"v":1})", R"({"type":"B","ts":2,"v":1})"}).find("when") ==
        std::string::npos);
  std::string named = inferred({R"({"_stream":"a","x":1})", R"({"_stream":"b-c","x":1})"});
  CHECK(named.find("stream a (\n  x int\n)\n") != std::string::npos);
  CHECK(named.find("stream `b-c` (\n") != std::string::npos);
  CHECK(named.find("when") == std::string::npos);
}

TEST_CASE("CSV: text that is numbers") {
  CHECK(body(inferred({R"({"timestamp":"2014-07-01 00:00:00","value":"10844","x":"1.5","zip":"00123"})",
                       R"({"timestamp":"2014-07-01 00:30:00","value":"8127","x":"2","zip":"12345"})"},
                      true, "taxi")) ==
        "stream taxi (\n"
        "  timestamp timestamp,\n"
        "  value int,\n"
        "  x double,\n"
        "  zip string\n"
        ") time timestamp watermark ascending\n");
}

TEST_CASE("what would be rejected is said") {
  std::string text = inferred({"{\"a\":true}", "{\"a\":true}", "{\"a\":\"x\"}"});
  CHECK(text.find("# 1 of them would be rejected: field `a`: \"x\" is no bool\n") != std::string::npos);
  CHECK(text.find("a bool  # bool and other types: those of another type are rejected\n") !=
        std::string::npos);
}

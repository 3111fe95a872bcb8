// A record longer than `limits.record` is cut, says so, and is counted on the channel `limits`; one that fits is whole.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "cep/engine.h"

namespace {

constexpr size_t kLimit = 2000;

struct Run {
  std::vector<std::string> alerts, timeouts, limits;

  Run(const std::string& pattern, const std::vector<std::string>& lines, int shards = 1) {
    cep::EngineOptions options;
    options.limits.record_bytes = kLimit;
    options.shards = shards;
    std::string program = "stream e (k string, s string, ts timestamp) time ts\n" + pattern;
    auto sink = [this](const cep::Record& r) {
      CHECK(r.line.size() <= kLimit);
      if (r.channel == cep::Channel::kAlerts) alerts.emplace_back(r.line);
      if (r.channel == cep::Channel::kTimeouts) timeouts.emplace_back(r.line);
      if (r.channel == cep::Channel::kLimits) limits.emplace_back(r.line);
    };
    std::vector<cep::Diagnostic> diagnostics;
    auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", program}}, options, sink, &diagnostics);
    REQUIRE(engine);
    for (const std::string& l : lines) engine->offer(l, {});
    engine->end();
  }
};

std::string event(const std::string& key, size_t length, int time) {
  return R"({"k":")" + key + R"(","s":")" + std::string(length, 'x') + R"(","ts":)" + std::to_string(time) + "}";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a long message that fits is whole") {
  Run run("pattern p on e { begin a select s = a.s alert low \"{a.s}\" }", {event("k", 550, 1)});
  REQUIRE(run.alerts.size() == 1);
  CHECK(has(run.alerts[0], "\"message\":\"" + std::string(550, 'x') + "\""));
  CHECK(has(run.alerts[0], "\"fields\":{\"s\":\"" + std::string(550, 'x') + "\""));
  CHECK(!has(run.alerts[0], "truncated"));
  CHECK(run.limits.empty());
}

TEST_CASE("events that do not fit are left out from the end, the message stays") {
  Run run("pattern p on e by k { begin a times 4 alert low \"{a.s}\" }",
          {event("k", 370, 1), event("k", 370, 2), event("k", 370, 3), event("k", 370, 4)});
  REQUIRE(run.alerts.size() == 1);
  CHECK(has(run.alerts[0], "\"message\":\"" + std::string(370, 'x') + "\""));
  CHECK(has(run.alerts[0], "00:00:00.003Z\"}]},\"truncated\":true}"));
  REQUIRE(run.limits.size() == 1);
  CHECK(run.limits[0] ==
        R"({"channel":"limits","seq":1,"pattern":"p","key":{"k":"k"},"limit":"record","dropped":1,"time":"1970-01-01T00:00:00.004Z"})");
}

TEST_CASE("texts are cut only where the record is too long without its events") {
  Run run("pattern p on e { begin a select s = a.s + a.s alert low \"{a.s}\" }", {event("k", 1500, 1)});
  REQUIRE(run.alerts.size() == 1);
  CHECK(has(run.alerts[0], "\"message\":\"xxx"));
  CHECK(has(run.alerts[0], "\"match\":{},\"truncated\":true}"));
  CHECK(run.limits.size() == 1);
}

TEST_CASE("a text that grows by escapes still fits") {
  std::string line = R"({"k":"k","s":")";
  for (int i = 0; i < 300; ++i) line += "\\u0001";
  Run run("pattern p on e by s { begin a select t = a.s alert low \"{a.s}\" }", {line + R"(","ts":1})"});
  REQUIRE(run.alerts.size() == 1);
  CHECK(has(run.alerts[0], "truncated"));
}

TEST_CASE("one record on `limits` per pattern, key and event") {
  std::string pattern =
      "pattern p on e by k { begin a oneOrMore within 10ms alert low on timeout { select s = a.s + a.s + a.s + a.s + a.s } }";
  std::vector<std::string> lines = {event("x", 900, 1), event("y", 900, 2), event("x", 900, 3), event("x", 900, 4)};
  Run one(pattern, lines);
  // Two events do not fit: x 1-3 at 3; x 1-3-4 and 3-4 at 4. Then the timeouts, for their field: x at 11, y at 12, x at 13 and 14.
  REQUIRE(one.limits.size() == 6);
  CHECK(has(one.limits[0], R"("key":{"k":"x"},"limit":"record","dropped":1,"time":"1970-01-01T00:00:00.003Z")"));
  CHECK(has(one.limits[1], R"("key":{"k":"x"},"limit":"record","dropped":2,"time":"1970-01-01T00:00:00.004Z")"));
  CHECK(has(one.limits[2], R"("key":{"k":"x"},"limit":"record","dropped":1,"time":"1970-01-01T00:00:00.011Z")"));
  CHECK(has(one.limits[3], R"("key":{"k":"y"},"limit":"record","dropped":1,"time":"1970-01-01T00:00:00.012Z")"));
  Run three(pattern, lines, 3);
  CHECK(one.limits == three.limits);
  CHECK(one.alerts == three.alerts);
  CHECK(one.timeouts == three.timeouts);
}

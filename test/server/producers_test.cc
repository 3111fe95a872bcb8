// Event lines over TCP: what comes in whole is taken in order, what is rejected is answered, and nobody else notices.
#include <doctest/doctest.h>

#include <chrono>

#include "cep/engine.h"
#include "server/daemon.h"

using namespace cep::testing;

TEST_CASE("two producers and a subscriber") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client one = daemon.producer(), two = daemon.producer();
  one.send(event("o1"));
  CHECK(is_alert_of(subscriber.line(), "o1"));
  two.send(event("t1"));
  CHECK(is_alert_of(subscriber.line(), "t1"));
  one.send(event("o2") + event("o3"));
  CHECK(is_alert_of(subscriber.line(), "o2"));
  CHECK(is_alert_of(subscriber.line(), "o3"));
  // Opening and closing means nothing.
  one.close();
  two.send(event("t2"));
  CHECK(is_alert_of(subscriber.line(), "t2"));
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.line() == "<closed>");
}

TEST_CASE("over TCP the same bytes as by the engine alone, whatever the packets") {
  std::string lines;
  for (int i = 0; i < 3000; ++i) {
    lines += R"({"id":"i)" + std::to_string(i) + R"(","name":")" + (i % 3 ? "a" : "b") + R"(","v":)" + std::to_string(i) + R"(,"ts":)" +
             std::to_string(i / 7 * 7) + "}\n";
    if (i % 500 == 0) lines += "no event\n\n";
  }
  std::vector<std::string> expected;
  std::vector<cep::Diagnostic> diagnostics;
  auto engine = cep::Engine::create(std::vector<cep::SourceFile>{{"p.cep", kProgram}}, {},
                                    [&](const cep::Record& r) {
                                      if (r.channel == cep::Channel::kAlerts) expected.emplace_back(r.line);
                                    },
                                    &diagnostics);
  REQUIRE(engine);
  for (size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
    engine->offer(std::string_view(lines).substr(at, lines.find('\n', at) - at), {});
  }
  engine->flush();
  REQUIRE(expected.size() > 1000);

  for (size_t packet : {size_t{37}, size_t{5000}, lines.size()}) {
    Daemon daemon;
    Client subscriber = daemon.subscriber();
    Client producer = daemon.producer();
    for (size_t at = 0; at < lines.size(); at += packet) producer.send(std::string_view(lines).substr(at, packet));
    std::vector<std::string> got;
    for (size_t i = 0; i < expected.size(); ++i) got.push_back(subscriber.line());
    CHECK(got == expected);
    CHECK(daemon.stop() == 0);
    CHECK(subscriber.rest().empty());
  }
}

TEST_CASE("a byte at a time") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client slow = daemon.producer(), quick = daemon.producer();
  for (char c : event("slow")) REQUIRE(slow.send(std::string_view(&c, 1)));
  CHECK(is_alert_of(subscriber.line(), "slow"));
  quick.send(event("quick"));
  CHECK(is_alert_of(subscriber.line(), "quick"));
}

TEST_CASE("half a line at close never existed") {
  Daemon daemon;
  Client subscriber = daemon.subscriber(), rejects = daemon.subscriber(R"("channel":"rejects")");
  Client half = daemon.producer(), other = daemon.producer();
  half.send(event("whole") + R"({"id":"half","name":"a","v":1,"ts":1})");
  half.half_close();
  CHECK(half.rest().empty());
  CHECK(is_alert_of(subscriber.line(), "whole"));
  Client reset = daemon.producer();
  reset.send(R"({"id":"half")");
  reset.close(/*reset=*/true);
  other.send(event("after") + "rejected\n");
  CHECK(is_alert_of(subscriber.line(), "after"));
  CHECK(rejects.line().find("rejected") != std::string::npos);
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.rest().empty());
  CHECK(rejects.rest().empty());
}

TEST_CASE("answers name the line of the connection, blank lines counted") {
  Daemon daemon;
  Client producer = daemon.producer();
  producer.send(event("1") + "\n\nbad\n" + event("5") + "worse\n");
  CHECK(producer.line().starts_with(R"({"_error":{"line":4,"reason":")"));
  CHECK(producer.line().starts_with(R"({"_error":{"line":6,"reason":")"));
  producer.half_close();
  CHECK(producer.rest().empty());
}

TEST_CASE("absence is seen although nothing more comes, where a stream goes on with the clock") {
  const std::string program = R"(
    stream device (id string, kind string, ts timestamp) time ts idle 200ms advance
    pattern silent on device by id {
      begin up where kind == "up"
      notFollowedBy down where kind == "down"
      within 300ms
      alert low "{up.id}"
    }
  )";
  Daemon daemon({}, program);
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  using namespace std::chrono;
  const auto now_ms = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  producer.send(R"({"id":"d1","kind":"up","ts":)" + std::to_string(now_ms) + "}\n");
  CHECK(is_alert_of(subscriber.line(), "d1"));
  CHECK(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count() >= now_ms + 300);
}

TEST_CASE("a client that does not read its answers is read from all the same") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client deaf(daemon.events_port(), 4096);
  const uint64_t before = daemon.memory_bytes();
  std::string bad;
  while (bad.size() < 1 << 20) bad += "no event\n";
  for (int i = 0; i < 8; ++i) REQUIRE(deaf.send(bad));
  REQUIRE(deaf.send(event("end")));
  CHECK(is_alert_of(subscriber.line(), "end"));
  // The records on `rejects` are kept, some 64 MiB of them; the answers are not.
  CHECK((kSanitized || daemon.memory_bytes() < before + (160 << 20)));
}

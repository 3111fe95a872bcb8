// Producer sessions: an acknowledged line is durable, and after any break the session goes on with no line lost and none counted twice.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <random>

#include "server/daemon.h"

using namespace cep::testing;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

// The alerts of the events 1 to n stand in the log, each once, in order, and nothing else.
void check_alerts(const Daemon& daemon, uint64_t n) {
  Client subscriber = daemon.subscriber(R"("from":1)");
  for (uint64_t i = 1; i <= n; ++i) {
    const std::string record = subscriber.line();
    REQUIRE_MESSAGE(is_alert_of(record, std::to_string(i)), "instead of " << i << ": " << record);
    REQUIRE(number_in(record, "seq") == i);
  }
}

}  // namespace

TEST_CASE("a session is welcome, its lines are acknowledged, rejected ones named by their number") {
  Daemon daemon;
  uint64_t next = 0;
  Client producer = daemon.session("gw", &next);
  CHECK(next == 1);
  // Blank, rejected and control lines count.
  REQUIRE(producer.send(event("1") + "\nbad\n" + R"({"_watermark":{"stream":"e","time":0}})" + "\n" + event("2")));
  std::vector<std::string> errors;
  CHECK(producer.acknowledged(5, &errors));
  producer.half_close();
  for (const std::string& line : producer.rest()) errors.push_back(line);
  REQUIRE(errors.size() == 1);
  CHECK(has(errors[0], R"({"_error":{"line":3,"reason":")"));
  check_alerts(daemon, 2);

  Client again = daemon.session("gw", &next);
  CHECK(next == 6);
  Client other = daemon.session("other", &next);
  CHECK(next == 1);
  again.send("bad\n");
  again.half_close();
  std::vector<std::string> answers = again.rest();  // which of the two comes first is open
  std::sort(answers.begin(), answers.end());
  REQUIRE(answers.size() == 2);
  CHECK(answers[0] == R"({"_ack":{"upto":6}})");
  CHECK(has(answers[1], R"({"_error":{"line":6,"reason":")"));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("lines may follow their hello at once") {
  Daemon daemon;
  Client producer = daemon.producer();
  REQUIRE(producer.send("{\"_hello\":{\"producer\":\"gw\"}}\n" + events(1, 1001)));
  CHECK(producer.line() == R"({"_welcome":{"next":1}})");
  CHECK(producer.acknowledged(1000));
  check_alerts(daemon, 1000);
}

TEST_CASE("the stream of a hello is the one of its lines") {
  const std::string program = R"(
    stream e (id string, name string, v int, ts timestamp) time ts
    stream f (id string, name string, v int, ts timestamp) time ts
    pattern of_f on f { begin a where name == "a" alert low "{a.id}" }
  )";
  Daemon daemon({}, program);
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  REQUIRE(producer.send("{\"_hello\":{\"producer\":\"gw\",\"stream\":\"f\",\"token\":\"any\"}}\n" + event("1")));
  CHECK(is_alert_of(subscriber.line(), "1"));
  Client lost = daemon.producer();
  REQUIRE(lost.send("{\"_hello\":{\"producer\":\"lost\",\"stream\":\"nowhere\"}}\n" + event("2")));
  CHECK(lost.line() == R"({"_welcome":{"next":1}})");
  std::vector<std::string> errors;
  CHECK(lost.acknowledged(1, &errors));
  lost.half_close();
  for (const std::string& line : lost.rest()) errors.push_back(line);
  REQUIRE(errors.size() == 1);
  CHECK(has(errors[0], "nowhere"));
}

TEST_CASE("a hello that cannot be taken is answered and the connection closed; one that comes late is a rejected line") {
  Daemon daemon;
  const std::string names[] = {R"({"_hello":{}})", R"({"_hello":{"producer":""}})", R"({"_hello":{"producer":")" + std::string(257, 'x') + R"("}})",
                               R"({"_hello":{"producer":7}})", R"({"_hello":7})", R"({"_hello":{"producer":"gw","colour":"red"}})"};
  for (const std::string& hello : names) {
    CAPTURE(hello);
    Client producer = daemon.producer();
    REQUIRE(producer.send(hello + "\n" + event("never")));
    CHECK(producer.line().starts_with(R"({"_error":{"reason":")"));
    CHECK(producer.line() == "<closed>");
  }
  Client subscriber = daemon.subscriber(), rejects = daemon.subscriber(R"("channel":"rejects")");
  Client late = daemon.producer();
  REQUIRE(late.send(event("1") + "{\"_hello\":{\"producer\":\"gw\"}}\n" + event("2")));
  CHECK(has(late.line(), R"({"_error":{"line":2,"reason":"`_hello` must be the first line)"));
  CHECK(has(rejects.line(), "must be the first line"));
  check_alerts(daemon, 2);
  CHECK(daemon.stop() == 0);
  CHECK(rejects.rest().empty());
}

TEST_CASE("half a line at the close of a session never existed") {
  Daemon daemon;
  uint64_t next = 0;
  const std::string second = event("2");
  {
    Client producer = daemon.session("gw", &next);
    REQUIRE(producer.send(event("1") + second.substr(0, second.size() - 1)));
    producer.half_close();
    CHECK(producer.acknowledged(1));
  }
  Client again = daemon.session("gw", &next);
  REQUIRE(next == 2);
  REQUIRE(again.send(second));
  CHECK(again.acknowledged(2));
  check_alerts(daemon, 2);
}

TEST_CASE("acknowledged means durable: kill -9 after it, and the line is there") {
  Daemon daemon;
  uint64_t sent = 0;
  for (int round = 0; round < 5; ++round) {
    uint64_t next = 0;
    Client producer = daemon.session("gw", &next);
    REQUIRE(next == sent + 1);
    REQUIRE(producer.send(events(next, next + 100)));
    sent += 100;
    REQUIRE(producer.acknowledged(sent));
    daemon.kill();
    daemon.start();
  }
  check_alerts(daemon, sent);
}

TEST_CASE("reconnects at any byte and kill -9 at any time: every line exactly once") {
  Daemon daemon;
  std::mt19937 random(20260101);
  auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  constexpr uint64_t kLines = times(20'000, 8'000);
  int rounds = 0;
  for (uint64_t next = 1; next <= kLines; ++rounds) {
    Client producer = daemon.session("gw", &next);
    const std::string lines = events(next, std::min(kLines + 1, next + 1 + below(2000)));
    if (!producer.send(std::string_view(lines).substr(0, below(lines.size() + 1)))) continue;
    // Some acknowledgements may come first.
    if (below(2) == 0) producer.line(static_cast<int>(below(8)));
    if (rounds % 8 == 7) {
      daemon.kill();
      daemon.start();
    }
    producer.close(/*reset=*/below(2) == 0);
  }
  CHECK(rounds > 10);
  check_alerts(daemon, kLines);
  CHECK(daemon.stop() == 0);
}

TEST_CASE("a second session of a producer takes over, with lines in flight: none is lost, none counts twice") {
  Daemon daemon;
  constexpr uint64_t kLines = 60'000;
  const std::string all = events(1, kLines + 1);
  uint64_t next = 0;
  Client first = daemon.session("gw", &next);
  for (int takeover = 0; takeover < 4; ++takeover) {
    // The old one goes on sending while the new one says hello.
    const std::string lines = events(next, std::min(kLines, next + 8000));
    REQUIRE(first.send(lines));
    uint64_t welcome = 0;
    Client second = daemon.session("gw", &welcome);
    CHECK(welcome >= next);
    CHECK(welcome <= next + 8000);
    first.send(events(kLines + 1, kLines + 100));  // of the older epoch: never
    const std::vector<std::string> rest = first.rest();
    REQUIRE(rest.size() > 0);
    CHECK(has(rest.back(), "another connection has taken over"));
    for (const std::string& line : rest) {
      if (line.starts_with("{\"_ack\"")) CHECK(number_in(line, "upto") < welcome);
    }
    next = welcome;
    first = std::move(second);
  }
  REQUIRE(first.send(events(next, kLines + 1)));
  CHECK(first.acknowledged(kLines));
  check_alerts(daemon, kLines);
}

TEST_CASE("of acknowledgements that nobody reads only the newest waits; error answers are dropped, lines are not") {
  Daemon daemon;
  uint64_t next = 0;
  Client deaf(daemon.events_port(), 4096);
  REQUIRE(deaf.send("{\"_hello\":{\"producer\":\"deaf\"}}\n"));
  constexpr uint64_t kLines = times(300'000, 150'000);
  std::string part;
  for (int i = 0; i < 1000; ++i) part += "x\n";
  for (uint64_t i = 0; i < kLines / 1000; ++i) REQUIRE(deaf.send(part));
  REQUIRE(deaf.send("\n"));
  // It reads nothing until all has been worked.
  Client rejects = daemon.subscriber(R"("channel":"rejects","from":"earliest")");
  for (uint64_t i = 0; i < kLines; ++i) REQUIRE(rejects.line().starts_with(R"({"channel":"rejects")"));
  std::vector<std::string> others;
  REQUIRE(deaf.acknowledged(kLines + 1, &others));
  CHECK(others.size() > 0);
  CHECK(others.size() < 100'000);
  deaf.half_close();
  for (const std::string& line : deaf.rest()) CHECK(!line.starts_with("{\"_ack\""));
  daemon.session("deaf", &next);
  CHECK(next == kLines + 2);
}

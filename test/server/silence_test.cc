// What is silence of a stream: that its producers sent nothing, and never that the daemon did not read.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "server/daemon.h"

using namespace cep::testing;
using namespace std::chrono;

namespace {

int64_t now_ms() { return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count(); }

void wait_ms(int64_t ms) { std::this_thread::sleep_for(milliseconds(ms)); }

std::string device(const std::string& id, const std::string& kind, int64_t ts) {
  return R"({"id":")" + id + R"(","kind":")" + kind + R"(","ts":)" + std::to_string(ts) + "}\n";
}

// An absence after 2 s, on a stream that goes on with the clock after one.
const char* const kSilent = R"(
  stream device (id string, kind string, ts timestamp) time ts idle 1s advance
  pattern silent on device by id {
    begin up where kind == "up"
    notFollowedBy down where kind == "down"
    within 2s
    alert low "{up.id}"
  }
)";

}  // namespace

TEST_CASE("a daemon that stood still takes nobody's lines for silence") {
  Daemon daemon({}, kSilent);
  Client subscriber = daemon.subscriber();
  for (int turn = 0; turn < 3; ++turn) {
    CAPTURE(turn);
    const std::string id = "d" + std::to_string(turn);
    Client producer = daemon.producer();
    const int64_t begin_ms = now_ms();
    REQUIRE(producer.send(device(id, "up", begin_ms)));
    wait_ms(300);
    daemon.signal(SIGSTOP);
    wait_ms(700);
    REQUIRE(producer.send(device(id, "down", begin_ms + 1000)));   // on time, and it waits in the socket
    wait_ms(4000);
    daemon.signal(SIGCONT);
  }
  // The absence that is one: it comes as the first alert.
  Client producer = daemon.producer();
  REQUIRE(producer.send(device("gone", "up", now_ms())));
  CHECK(is_alert_of(subscriber.line(), "gone"));
}

TEST_CASE("a daemon that is let run now and then makes no heartbeat late") {
  Daemon daemon({}, R"(
    stream beat (id string, ts timestamp) time ts idle 200ms advance
    pattern p on beat { begin m where id == "end" alert low "{m.id}" }
  )");
  Client late = daemon.subscriber(R"("channel":"late")"), alerts = daemon.subscriber();
  Client producer = daemon.producer();
  const auto end = steady_clock::now() + seconds(6);
  for (int i = 0; steady_clock::now() < end; ++i) {
    if (i % 7 == 0) daemon.signal(SIGSTOP);
    if (i % 7 == 5) daemon.signal(SIGCONT);
    REQUIRE(producer.send(R"({"id":"beat","ts":)" + std::to_string(now_ms()) + "}\n"));
    wait_ms(100);
  }
  daemon.signal(SIGCONT);
  REQUIRE(producer.send(R"({"id":"end","ts":)" + std::to_string(now_ms()) + "}\n"));
  CHECK(is_alert_of(alerts.line(), "end"));
  CHECK(late.line(300) == "<nothing>");
}

TEST_CASE("a stream is silent though another one is not") {
  Daemon daemon({}, std::string(kSilent) + "stream busy (id string, ts timestamp) time ts\n");
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer(), other = daemon.producer();
  REQUIRE(producer.send(R"({"_stream":"device","id":"d1","kind":"up","ts":)" + std::to_string(now_ms()) + "}\n"));
  std::string line = "<nothing>";
  for (int i = 0; i < 2000 && line == "<nothing>"; ++i) {
    REQUIRE(other.send(R"({"_stream":"busy","id":"x","ts":)" + std::to_string(now_ms()) + "}\n"));
    line = subscriber.line(10);
  }
  CHECK(is_alert_of(line, "d1"));
}

TEST_CASE("a clock far ahead is told, and goes back at a word") {
  Daemon daemon({}, R"(
    stream tx (id string, ts timestamp) time ts ahead 1d
    pattern p on tx { begin m alert low "{m.id}" }
  )");
  uint64_t next = 0;
  Client gw = daemon.session("gw-7", &next);
  Client alerts = daemon.subscriber();
  auto send = [&](const std::string& id, int64_t ts) { REQUIRE(gw.send(R"({"id":")" + id + R"(","ts":)" + std::to_string(ts) + "}\n")); };
  send("a", now_ms());
  send("far", now_ms() + 23 * 3600'000 + 30'000);   // and what a slow machine needs
  send("b", now_ms());
  send("c", now_ms());
  REQUIRE(gw.acknowledged(4));
  const std::string http = "127.0.0.1:" + std::to_string(daemon.http_port());
  std::string status;
  CHECK(eventually([&] { return (status = run({CEPCTL_BINARY, "status", "--from", http}).output).find("late since") != std::string::npos; }));
  CHECK_MESSAGE(status.find("the clock of tx is 23h ahead of arrivals, set by line 2 of gw-7, 2 events late since") != std::string::npos, status);
  CHECK(daemon.logged("set by line 2 of gw-7"));
  CHECK(run({CEPCTL_BINARY, "stream", "reset-clock", "ty", "--at", http}).output.find("did you mean `tx`?") != std::string::npos);
  const Finished reset = run({CEPCTL_BINARY, "stream", "reset-clock", "tx", "--at", http});
  CHECK_MESSAGE(reset.status == 0, reset.output);
  CHECK(reset.output.find("the clock of tx reset, in force at position ") != std::string::npos);
  send("d", now_ms());
  for (const char* id : {"a", "far", "d"}) CHECK(is_alert_of(alerts.line(), id));
  CHECK(eventually([&] { return run({CEPCTL_BINARY, "status", "--from", http}).output.find("late since") == std::string::npos; }));
  // The same through a start, and as a recorded stream says it.
  daemon.kill();
  daemon.start();
  Client again = daemon.subscriber(R"("channel":"alerts","from":1)");
  for (const char* id : {"a", "far", "d"}) CHECK(is_alert_of(again.line(), id));
  CHECK(run({CEPCTL_BINARY, "journal", "cat", "--data-dir", daemon.data_dir()}).output.find(R"({"_reset_clock":{"stream":"tx"}})") != std::string::npos);
}

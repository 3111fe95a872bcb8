// The port of alerts: where a subscription begins, what it is given, and how it is refused.
#include <doctest/doctest.h>

#include "server/daemon.h"

using namespace cep::testing;

namespace {

// What comes back for a first line.
std::string answer_to(const Daemon& daemon, const std::string& line) {
  Client client(daemon.alerts_port());
  REQUIRE(client.send(line + "\n"));
  return client.line();
}

// A daemon that has sent alerts of the events "1" to "n"; a subscriber has seen them.
void make_alerts(const Daemon& daemon, int n) {
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  for (int i = 1; i <= n; ++i) REQUIRE(producer.send(event(std::to_string(i))));
  for (int i = 1; i <= n; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("from the earliest, the latest, a seq, and what is not there") {
  Daemon daemon;
  make_alerts(daemon, 5);
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":"latest"}})"), R"("channel":"alerts","from":6,"oldest":1,"next":6}})"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":7}})"), R"({"_error":{"code":"ahead","next":6,)"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":6}})"), R"("from":6,"oldest":1,"next":6}})"));
  Client earliest = daemon.subscriber(R"("from":"earliest")");
  for (int i = 1; i <= 5; ++i) CHECK(is_alert_of(earliest.line(), std::to_string(i)));
  Client fourth = daemon.subscriber(R"("from":4)");
  CHECK(is_alert_of(fourth.line(), "4"));
  CHECK(is_alert_of(fourth.line(), "5"));
  Client producer = daemon.producer();
  producer.send(event("6"));
  CHECK(is_alert_of(earliest.line(), "6"));
  CHECK(is_alert_of(fourth.line(), "6"));
}

TEST_CASE("what cannot be subscribed to is refused with a reason, and the next line is tried") {
  Daemon daemon;
  CHECK(has(answer_to(daemon, "nonsense"), R"({"_error":{"reason":")"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"channel":"alert"}})"), "did you mean"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":"resume"}})"), "`consumer`"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"consumer":""}})"), "`consumer` is empty"));
  CHECK(has(answer_to(daemon, std::string(1'000'000, '[')), R"({"_error":{"reason":")"));
  CHECK(has(answer_to(daemon, std::string("\x16\x03\x01\0\xff", 5)), R"({"_error":{"reason":")"));

  Client client(daemon.alerts_port());
  client.send("\n{\"_subscribe\":{\"channel\":\"none\"}}\n{\"_subscribe\":{}}\n");
  CHECK(has(client.line(), "there is no channel"));
  CHECK(has(client.line(), R"({"_subscribed":{)"));
  Client producer = daemon.producer();
  producer.send(event("1"));
  CHECK(is_alert_of(client.line(), "1"));
}

TEST_CASE("globs choose patterns, channels are apart") {
  const std::string program = R"(
    stream e (id string, name string, v int, ts timestamp) time ts
    pattern login_a on e { begin a where name == "a" alert low "{a.id}" }
    pattern login_b on e { begin b where name == "b" alert low "{b.id}" }
    pattern other on e { begin c where name == "c" alert low "{c.id}" }
  )";
  Daemon daemon({}, program);
  Client logins = daemon.subscriber(R"("patterns":["login_*"])"), one = daemon.subscriber(R"("patterns":["x","other"])");
  Client rejects = daemon.subscriber(R"("channel":"rejects")"), none = daemon.subscriber(R"("patterns":["logi"])");
  Client producer = daemon.producer();
  for (const char* name : {"c", "a", "b", "c"}) {
    producer.send(R"({"id":")" + std::string(name) + R"(","name":")" + name + R"(","v":1,"ts":1})" + "\n");
  }
  producer.send("bad\n");
  CHECK(is_alert_of(logins.line(), "a"));
  CHECK(is_alert_of(logins.line(), "b"));
  CHECK(is_alert_of(one.line(), "c"));
  CHECK(is_alert_of(one.line(), "c"));
  CHECK(has(rejects.line(), R"({"channel":"rejects","seq":1,)"));
  CHECK(daemon.stop() == 0);
  CHECK(logins.rest().empty());
  CHECK(one.rest().empty());
  CHECK(none.rest().empty());
}

TEST_CASE("each data directory is a log of its own") {
  Daemon one, two;
  CHECK(answer_to(one, R"({"_subscribe":{}})") != answer_to(two, R"({"_subscribe":{}})"));
  CHECK(answer_to(one, R"({"_subscribe":{}})") == answer_to(one, R"({"_subscribe":{}})"));
}

TEST_CASE("a subscriber that closes or resets in the middle disturbs nobody") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  for (int i = 0; i < 20; ++i) {
    Client half(daemon.alerts_port());
    half.send(R"({"_subscribe":{"chan)");
    half.close(i % 2 == 0);
    Client whole = daemon.subscriber();
    producer.send(event(std::to_string(i)));
    whole.close(i % 2 == 1);
    CHECK(is_alert_of(subscriber.line(), std::to_string(i)));
  }
  CHECK(daemon.stop() == 0);
}

TEST_CASE("a subscriber may end its own direction and still gets its records") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  subscriber.half_close();
  Client producer = daemon.producer();
  producer.send(event("1"));
  CHECK(is_alert_of(subscriber.line(), "1"));
  producer.send(event("2"));
  CHECK(is_alert_of(subscriber.line(), "2"));
}

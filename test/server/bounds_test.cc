// Who does not read, does not write or comes in masses costs little and disturbs nobody.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "server/daemon.h"

using namespace cep::testing;

namespace {
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("a subscriber that never reads is disconnected; the others get everything") {
  Daemon daemon({"limits.subscriber_lag=1MiB"});
  Client reader = daemon.subscriber(), deaf = daemon.subscriber(R"("channel":"alerts")", 4096);
  Client producer = daemon.producer();
  const uint64_t before = daemon.memory_bytes();
  const std::string id(10'000, 'x');
  const std::string lines = event(id) + event(id) + event(id) + event(id);
  size_t records = 0;
  // The reader takes each before the next comes, so it is never behind.
  auto feed = [&] {
    REQUIRE(producer.send(lines));
    for (int i = 0; i < 4; ++i) REQUIRE(is_alert_of(reader.line(), id));
    records += 4;
  };
  while (!has(daemon.log(), "subscriber disconnected")) {
    feed();
    REQUIRE(records < 10'000);
  }
  CHECK(has(daemon.log(), "limits.subscriber_lag"));
  CHECK((kSanitized || daemon.memory_bytes() < before + (160 << 20)));

  // It gets what was on its way and the reason, each line whole.
  std::vector<std::string> lines_of_deaf = deaf.rest();
  REQUIRE(!lines_of_deaf.empty());
  CHECK(lines_of_deaf.back().starts_with(R"({"_error":{"reason":"more than limits.subscriber_lag)"));
  for (size_t i = 0; i + 1 < lines_of_deaf.size(); ++i) CHECK(is_alert_of(lines_of_deaf[i], id));
  feed();
  CHECK(daemon.stop() == 0);
}

namespace {

// Seconds that `rounds` events take one after the other, each from its sending to its alert.
double seconds_of(Client* producer, Client* subscriber, int rounds) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) {
    REQUIRE(producer->send(event(std::to_string(i))));
    REQUIRE(is_alert_of(subscriber->line(), std::to_string(i)));
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("1,000 connections that say nothing, 100 subscribers that do not read, a producer of a byte at a time: the good ones notice nothing") {
  Daemon daemon({"limits.subscriber_lag=1TiB", "journal.sync=1ms"});
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  constexpr int kEvents = 100;
  double alone = std::min(seconds_of(&producer, &subscriber, kEvents), seconds_of(&producer, &subscriber, kEvents));
  const uint64_t before = daemon.memory_bytes();

  std::vector<Client> silent, stuck, reading;
  for (int i = 0; i < 500; ++i) {
    silent.push_back(daemon.producer());
    silent.emplace_back(daemon.alerts_port());
  }
  for (int i = 0; i < 100; ++i) {
    stuck.push_back(daemon.subscriber(R"("channel":"alerts")", 4096));
    reading.push_back(daemon.subscriber());
  }
  // So much that no buffer on the way takes it all for those who do not read.
  const std::string id(10'000, 'x');
  for (int i = 0; i < 300; ++i) REQUIRE(producer.send(event(id)));
  for (int i = 0; i < 300; ++i) REQUIRE(is_alert_of(subscriber.line(), id));
  for (Client& one : reading) {
    for (int i = 0; i < 300; ++i) REQUIRE(is_alert_of(one.line(), id));
  }
  Client dribbling = daemon.producer();
  const std::string slow = event("slow");
  double together = 1e9;
  for (size_t i = 0; i < slow.size(); ++i) {
    REQUIRE(dribbling.send(slow.substr(i, 1)));
    if (i % 12 == 0) together = std::min(together, seconds_of(&producer, &subscriber, kEvents));
  }
  CHECK(is_alert_of(subscriber.line(), "slow"));
  MESSAGE("100 events one after the other: alone " << alone << " s, among the others " << together << " s");
  // 100 readers get each record too, which costs; nobody waits for those who do not read.
  CHECK((kSanitized || together < 4 * alone + 0.5));
  CHECK((kSanitized || daemon.memory_bytes() < before + (96 << 20)));
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.rest().empty());
  CHECK(silent[0].line() == "<closed>");
}

TEST_CASE("one connection more than limits.connections gets an error and is closed") {
  Daemon daemon({"limits.connections=3"});
  Client subscriber = daemon.subscriber();
  Client one = daemon.producer(), two = daemon.producer();
  Client beyond = daemon.producer();
  CHECK(has(beyond.line(), "limits.connections (3)"));
  CHECK(beyond.line() == "<closed>");
  Client beyond_too(daemon.alerts_port());
  CHECK(has(beyond_too.line(), "limits.connections (3)"));
  one.send(event("1"));
  CHECK(is_alert_of(subscriber.line(), "1"));
  two.close();
  // Its place is free once the daemon has seen it.
  CHECK(eventually([&] {
    Client next = daemon.producer();
    return next.send(event("2")) && is_alert_of(subscriber.line(200), "2");
  }));
}

TEST_CASE("many producers at once: every line counts once") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  std::vector<Client> producers;
  for (int p = 0; p < 50; ++p) producers.push_back(daemon.producer());
  // Each line in two packets, those of the others in between.
  const std::string first = event("x").substr(0, 10), second = event("x").substr(10);
  for (int round = 0; round < 20; ++round) {
    for (Client& producer : producers) REQUIRE(producer.send(first));
    for (Client& producer : producers) REQUIRE(producer.send(second));
  }
  for (int i = 0; i < 50 * 20; ++i) REQUIRE(is_alert_of(subscriber.line(), "x"));
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.rest().empty());
}

TEST_CASE("two short answers behind each other do not wait for the client's delayed acknowledgement") {
  Daemon daemon({"journal.sync=1ms"});
  double best = 1e9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    uint64_t next = 0;
    Client producer = daemon.session("p" + std::to_string(attempt), &next);
    const auto start = std::chrono::steady_clock::now();
    for (int i = 1; i <= 20; ++i) {
      REQUIRE(producer.send("no event\n"));
      bool told = false, acknowledged = false;   // in either order
      while (!told || !acknowledged) {
        const std::string answer = producer.line();
        REQUIRE(answer.starts_with("{\"_"));
        told |= answer.starts_with(R"({"_error":{"line":)");
        acknowledged |= answer.starts_with(R"({"_ack":)");
      }
    }
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  CHECK((kSanitized || best < 0.4));   // 20 × 40 ms otherwise
}

TEST_CASE("subscribers that have closed on a quiet channel leave room for others; the last that only ended their own direction stay") {
  Daemon daemon({"limits.connections=200"});
  Client producer = daemon.producer();
  for (int i = 0; i < 1000; ++i) {
    Client gone = daemon.subscriber();   // its answer is read, so it was not refused
    gone.close();
  }
  std::vector<Client> half;
  for (int i = 0; i < 100; ++i) {
    half.push_back(daemon.subscriber());
    half.back().half_close();
  }
  CHECK(half.front().line().find("keep it open") != std::string::npos);
  CHECK(half.front().line() == "<closed>");
  REQUIRE(producer.send(event("1")));
  for (size_t i = 50; i < half.size(); ++i) CHECK(is_alert_of(half[i].line(), "1"));
  CHECK(daemon.stop() == 0);
}

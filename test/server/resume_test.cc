// Going on after a break: subscribers by seq and by consumer, `send` and `tail` through the daemon's crashes.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "client/client.h"
#include "server/daemon.h"

using namespace cep::testing;
using cep::client::run_send;
using cep::client::run_tail;
using cep::client::SendOptions;
using cep::client::TailOptions;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

std::string at(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// Sends lines and waits until they are durable.
void feed(const Daemon& daemon, uint64_t from, uint64_t to) {
  uint64_t next = 0;
  Client producer = daemon.session("feed", &next);
  REQUIRE(next == from);
  REQUIRE(producer.send(events(from, to)));
  REQUIRE(producer.acknowledged(to - 1));
}

std::string answer_to(const Daemon& daemon, const std::string& line) {
  Client client(daemon.alerts_port());
  REQUIRE(client.send(line + "\n"));
  return client.line();
}

std::string lines_of(FILE* file) {
  std::rewind(file);
  std::string out;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) out.push_back(static_cast<char>(c));
  return out;
}

// The alerts in `text` are those of 1 to n, in order.
void check_printed(const std::string& text, uint64_t n) {
  uint64_t i = 0;
  for (size_t from = 0; from < text.size(); from = text.find('\n', from) + 1) {
    REQUIRE(is_alert_of(text.substr(from, text.find('\n', from) - from), std::to_string(++i)));
  }
  CHECK(i == n);
}

}  // namespace

TEST_CASE("a subscriber goes on from its seq after a crash; the log keeps its name") {
  Daemon daemon;
  const std::string log_before = answer_to(daemon, R"({"_subscribe":{}})");
  feed(daemon, 1, 101);
  Client subscriber = daemon.subscriber(R"("from":1)");
  for (int i = 1; i <= 60; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  daemon.kill();
  daemon.start();
  Client again = daemon.subscriber(R"("from":61)");
  for (int i = 61; i <= 100; ++i) REQUIRE(is_alert_of(again.line(), std::to_string(i)));
  feed(daemon, 101, 111);
  for (int i = 101; i <= 110; ++i) REQUIRE(is_alert_of(again.line(), std::to_string(i)));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":112}})"), R"({"_error":{"code":"ahead","next":111,)"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{}})"), log_before.substr(0, 60)));
}

TEST_CASE("a consumer goes on behind what it acknowledged, through a clean stop and, at least once, a crash") {
  Daemon daemon;
  feed(daemon, 1, 101);
  const std::string resume = R"("from":"resume","consumer":"siem")";
  {
    // One who has acknowledged nothing begins at the oldest.
    Client subscriber = daemon.subscriber(resume);
    for (int i = 1; i <= 100; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
    REQUIRE(subscriber.send("{\"_ack\":{\"upto\":30}}\n{\"_ack\":{\"upto\":20}}\n"));
    REQUIRE(eventually([&] { return has(answer_to(daemon, "{\"_subscribe\":{" + resume + "}}"), R"("from":31,)"); }));
  }
  Client subscriber = daemon.subscriber(resume);
  REQUIRE(is_alert_of(subscriber.line(), "31"));
  REQUIRE(subscriber.send("{\"_ack\":{\"upto\":50}}\n"));
  subscriber.half_close();
  CHECK(daemon.stop() == 0);
  daemon.start();
  CHECK(has(answer_to(daemon, "{\"_subscribe\":{" + resume + "}}"), R"("from":51,)"));
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":"resume","consumer":"other"}})"), R"("from":1,)"));

  Client more = daemon.subscriber(resume);
  for (int i = 51; i <= 100; ++i) REQUIRE(is_alert_of(more.line(), std::to_string(i)));
  REQUIRE(more.send("{\"_ack\":{\"upto\":70}}\n"));
  daemon.kill();
  daemon.start();
  const uint64_t from = number_in(answer_to(daemon, "{\"_subscribe\":{" + resume + "}}"), "from");
  CHECK(from >= 51);
  CHECK(from <= 71);
}

TEST_CASE("what is acknowledged must have been sent, and by a consumer") {
  Daemon daemon;
  feed(daemon, 1, 4);
  Client subscriber = daemon.subscriber(R"("from":1,"consumer":"siem")"), nobody = daemon.subscriber(R"("from":1)");
  for (int i = 1; i <= 3; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  REQUIRE(subscriber.send("{\"_ack\":{\"upto\":4}}\nnonsense\n{\"_ack\":{\"upto\":3}}\n"));
  CHECK(has(subscriber.line(), "record 4 has not been sent"));
  CHECK(has(subscriber.line(), R"({"_error":{"reason":")"));
  for (int i = 1; i <= 3; ++i) REQUIRE(is_alert_of(nobody.line(), std::to_string(i)));
  REQUIRE(nobody.send("{\"_ack\":{\"upto\":1}}\n"));
  CHECK(has(nobody.line(), "no `consumer`"));
  CHECK(eventually([&] { return has(answer_to(daemon, R"({"_subscribe":{"from":"resume","consumer":"siem"}})"), R"("from":4,)"); }));
}

TEST_CASE("a consumer's last acknowledgement counts although the daemon is stopping") {
  Daemon daemon;
  feed(daemon, 1, 11);
  Client subscriber = daemon.subscriber(R"("from":1,"consumer":"siem")");
  daemon.signal(SIGTERM);
  std::vector<std::string> records = subscriber.rest();
  CHECK(records.size() == 10);
  REQUIRE(subscriber.send("{\"_ack\":{\"upto\":10}}\n"));
  subscriber.half_close();
  CHECK(daemon.wait() == 0);
  daemon.start();
  CHECK(has(answer_to(daemon, R"({"_subscribe":{"from":"resume","consumer":"siem"}})"), R"("from":11,)"));
}

TEST_CASE("records that retention has deleted are gone: the oldest is named, `earliest` begins there") {
  Daemon daemon({"outputs.retain.size=4MiB"});
  const std::string id(20'000, 'x');
  uint64_t next = 0;
  Client producer = daemon.session("gw", &next);
  for (int i = 0; i < 300; ++i) REQUIRE(producer.send(event(id)));  // each alert holds its id twice: 12 MB
  REQUIRE(producer.acknowledged(300));
  std::string answer;
  REQUIRE(eventually([&] {
    answer = answer_to(daemon, R"({"_subscribe":{"from":1}})");
    return answer.starts_with(R"({"_error":{"code":"gone","oldest":)");
  }));
  const uint64_t oldest = number_in(answer, "oldest");
  CHECK(oldest > 1);
  Client earliest = daemon.subscriber(R"("from":"earliest")");
  CHECK(number_in(earliest.line(), "seq") >= oldest);
}

TEST_CASE("send goes on by itself when the daemon dies and comes back") {
  Daemon daemon;
  TemporaryFolder folder;
  constexpr uint64_t kLines = times(100'000, 30'000);
  SendOptions options;
  options.rate = kLines / 2;  // so that it is not done before the daemon dies
  options.to = at(daemon.events_port());
  options.file = folder.write("events.ndjson", events(1, kLines + 1));
  options.err = std::tmpfile();
  std::atomic<int> status{-1};
  std::thread sender([&] { status = run_send(options); });
  Client watch = daemon.subscriber();
  REQUIRE(is_alert_of(watch.line(), "1"));
  for (int i = 0; i < 3 && status == -1; ++i) {
    daemon.kill();
    daemon.start();
    watch = daemon.subscriber();
    const std::string record = watch.line(1000);
    CHECK((record == "<nothing>" || record.starts_with(R"({"channel":"alerts")")));
  }
  sender.join();
  const std::string report = lines_of(options.err);
  CHECK(status == 0);
  CHECK(has(report, std::to_string(kLines) + " lines sent, 0 rejected, all durable; reconnected"));
  std::fclose(options.err);

  TailOptions tail;
  tail.from = at(daemon.alerts_port());
  tail.since = "1";
  tail.count = kLines;
  tail.out = std::tmpfile();
  CHECK(run_tail(tail) == 0);
  check_printed(lines_of(tail.out), kLines);
  std::fclose(tail.out);
}

TEST_CASE("tail with a consumer goes on where it was") {
  Daemon daemon;
  feed(daemon, 1, 101);
  TailOptions tail;
  tail.from = at(daemon.alerts_port());
  tail.consumer = "siem";
  tail.out = std::tmpfile();
  tail.count = 40;
  CHECK(run_tail(tail) == 0);
  tail.idle_ms = 200;
  tail.count = 0;
  REQUIRE(eventually([&] { return has(answer_to(daemon, R"({"_subscribe":{"from":"resume","consumer":"siem"}})"), R"("from":41,)"); }));
  CHECK(run_tail(tail) == 0);
  check_printed(lines_of(tail.out), 100);
  std::fclose(tail.out);
}

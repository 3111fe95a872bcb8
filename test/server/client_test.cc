// `send` and `tail` against a running daemon.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "client/client.h"
#include "server/daemon.h"

using namespace cep::testing;
using cep::client::run_send;
using cep::client::run_tail;
using cep::client::SendOptions;
using cep::client::TailOptions;

namespace {

// A file that takes what a call prints.
class Capture {
 public:
  Capture() : file_(std::tmpfile()) { REQUIRE(file_ != nullptr); }
  ~Capture() { std::fclose(file_); }
  FILE* file() { return file_; }
  std::string text() {
    std::rewind(file_);
    std::string out;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) out.push_back(static_cast<char>(c));
    return out;
  }

 private:
  FILE* file_;
};

std::string at(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

SendOptions send_of(const std::string& file, uint16_t port, Capture* err) {
  SendOptions options;
  options.to = at(port);
  options.file = file;
  options.err = err->file();
  return options;
}

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("send streams a file, tail prints its records") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err, out, pretty;
  std::string file = folder.write("events.ndjson", event("1") + event("2") + event("3").substr(0, event("3").size() - 1));
  CHECK(run_send(send_of(file, daemon.events_port(), &err)) == 0);
  CHECK(has(err.text(), "3 lines sent, 0 rejected, all durable"));

  TailOptions tail;
  tail.from = at(daemon.alerts_port());
  tail.since = "1";
  tail.count = 3;
  tail.out = out.file();
  tail.err = err.file();
  CHECK(run_tail(tail) == 0);
  std::string records = out.text();
  CHECK(is_alert_of(records.substr(0, records.find('\n')), "1"));
  CHECK(std::count(records.begin(), records.end(), '\n') == 3);
  tail.out = pretty.file();
  tail.pretty = true;
  CHECK(run_tail(tail) == 0);
  CHECK(has(pretty.text(), "LOW  hit"));
  tail.count = 0;
  tail.idle_ms = 1;
  tail.since = "earliest";
  CHECK(run_tail(tail) == 0);
}

TEST_CASE("a file that was sent is not sent again; a producer's name needs --resume to go on") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  const std::string file = folder.write("events.ndjson", events(1, 11));
  SendOptions options = send_of(file, daemon.events_port(), &err);
  CHECK(run_send(options) == 0);
  CHECK(run_send(options) == 0);
  CHECK(has(err.text(), "0 lines sent, 0 rejected, all durable; 10 lines were there already"));

  options.producer = "gw";
  CHECK(run_send(options) == 0);
  CHECK(run_send(options) == 2);
  CHECK(has(err.text(), "cepd has 10 lines of producer gw already: with --resume"));
  // The file has grown: with --resume only what is new goes out.
  options.file = folder.write("more.ndjson", events(1, 16));
  options.resume = true;
  CHECK(run_send(options) == 0);
  CHECK(has(err.text(), "5 lines sent, 0 rejected, all durable; 10 lines were there already"));
  options.file = folder.write("less.ndjson", events(1, 4));
  CHECK(run_send(options) == 2);
  CHECK(has(err.text(), "the input has only 3 lines"));
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  for (int round = 0; round < 2; ++round) {
    for (int i = 1; i <= 10; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  }
  for (int i = 11; i <= 15; ++i) REQUIRE(is_alert_of(subscriber.line(), std::to_string(i)));
  CHECK(daemon.stop() == 0);
  CHECK(subscriber.rest().empty());
}

TEST_CASE("send --plain has no session") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  SendOptions options = send_of(folder.write("events.ndjson", event("1") + "bad\n"), daemon.events_port(), &err);
  options.plain = true;
  CHECK(run_send(options) == 1);
  CHECK(run_send(options) == 1);
  CHECK(has(err.text(), "events.ndjson:2: "));
  CHECK(has(err.text(), "2 lines sent, 1 rejected"));
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  for (int i = 0; i < 2; ++i) CHECK(is_alert_of(subscriber.line(), "1"));
}

TEST_CASE("a sender whose producer is taken over says so and ends") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  SendOptions options = send_of(folder.write("events.ndjson", events(1, 1001)), daemon.events_port(), &err);
  options.producer = "gw";
  options.rate = 100;
  int status = -1;
  std::thread sender([&] { status = run_send(options); });
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  REQUIRE(is_alert_of(subscriber.line(), "1"));
  uint64_t next = 0;
  Client other = daemon.session("gw", &next);
  sender.join();
  CHECK(status == 3);
  CHECK(has(err.text(), "another connection has taken over"));
}

TEST_CASE("send prints what was rejected, the first twenty") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  std::string lines = event("1") + "bad\n";
  for (int i = 0; i < 30; ++i) lines += "worse\n";
  std::string file = folder.write("events.ndjson", lines);
  CHECK(run_send(send_of(file, daemon.events_port(), &err)) == 1);
  std::string text = err.text();
  CHECK(has(text, "events.ndjson:2: "));
  CHECK(has(text, "11 more rejected lines"));
  CHECK(has(text, "32 lines sent, 31 rejected"));
}

TEST_CASE("nobody there, wrong words, a refused subscription") {
  TemporaryFolder folder;
  Capture err;
  std::string file = folder.write("events.ndjson", event("1"));
  CHECK(run_send(send_of(file, 1, &err)) == 3);
  CHECK(has(err.text(), "cannot reach cepd at 127.0.0.1:1"));
  CHECK(run_send(send_of(folder.path() + "/none", 1, &err)) == 2);
  TailOptions tail;
  tail.err = err.file();
  tail.from = "127.0.0.1:1";
  CHECK(run_tail(tail) == 3);
  tail.from = "nowhere";
  CHECK(run_tail(tail) == 2);
  Daemon daemon;
  tail.from = at(daemon.alerts_port());
  tail.since = "soon";
  CHECK(run_tail(tail) == 2);
  tail.since = "99";
  CHECK(run_tail(tail) == 1);
  tail.since = "latest";
  tail.channel = "alert";
  CHECK(run_tail(tail) == 1);
  CHECK(has(err.text(), "did you mean"));
  tail.channel = "alerts";
  tail.from = at(daemon.http_port());   // answers, in another language
  CHECK(run_tail(tail) == 3);
  CHECK(has(err.text(), "is no cepd; is that its port `alerts`?"));
}

TEST_CASE("a rate holds the lines back") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  Client subscriber = daemon.subscriber();
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += event("x");
  SendOptions options = send_of(folder.write("events.ndjson", lines), daemon.events_port(), &err);
  options.rate = 100;
  const auto start = std::chrono::steady_clock::now();
  CHECK(run_send(options) == 0);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(180));
  for (int i = 0; i < 20; ++i) CHECK(is_alert_of(subscriber.line(), "x"));
}

TEST_CASE("tail says when the daemon has gone, and that it is not done") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err, out;
  REQUIRE(run_send(send_of(folder.write("events.ndjson", event("1") + event("2")), daemon.events_port(), &err)) == 0);
  TailOptions tail;
  tail.from = at(daemon.alerts_port());
  tail.since = "1";
  tail.consumer = "siem";
  tail.out = out.file();
  tail.err = err.file();
  std::atomic<int> status{-1};
  std::thread reader([&] { status = run_tail(tail); });
  CHECK(eventually([&] {
    Client asking(daemon.alerts_port());
    asking.send("{\"_subscribe\":{\"from\":\"resume\",\"consumer\":\"siem\"}}\n");
    return asking.line().find("\"from\":3,") != std::string::npos;
  }));
  daemon.kill();
  reader.join();
  CHECK(status == 3);
  CHECK(has(err.text(), "has gone after record 2"));
}

TEST_CASE("the wrong one of the ports is told by its name") {
  Daemon daemon;
  TemporaryFolder folder;
  Capture err;
  CHECK(run_send(send_of(folder.write("events.ndjson", event("1")), daemon.alerts_port(), &err)) == 3);
  CHECK(has(err.text(), "that is its port `alerts`; event lines go to its port `events`"));
  CHECK(run_send(send_of(folder.write("events.ndjson", event("1")), daemon.http_port(), &err)) == 3);
  CHECK(has(err.text(), "is no port `events` of a cepd"));
  TailOptions tail;
  tail.err = err.file();
  tail.from = at(daemon.events_port());
  CHECK(run_tail(tail) == 1);
  CHECK(has(err.text(), "that is its port `events`; records come from its port `alerts`"));
  tail.from = at(daemon.http_port());
  CHECK(run_tail(tail) == 3);
  CHECK(has(err.text(), "is that its port `alerts`?"));
}

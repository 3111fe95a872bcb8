// `send` and `tail` against a running daemon.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "server/client.h"
#include "server/daemon.h"

using namespace cep::testing;
using cep::server::run_send;
using cep::server::run_tail;
using cep::server::SendOptions;
using cep::server::TailOptions;

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
  CHECK(has(err.text(), "3 lines sent, 0 rejected"));

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

// Who comes to a port and is no client of it, stays silent, or leaves without reading.
#include <doctest/doctest.h>

#include "server/daemon.h"
#include "server/foreign.h"
#include "server/newcomers.h"

using namespace cep;
using namespace cep::testing;
using std::chrono::seconds;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string joined(std::vector<std::string> lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

TEST_CASE("what begins like HTTP or TLS") {
  using namespace cep::server;
  for (const char* line : {"GET / HTTP/1.1\r", "POST /x HTTP/1.0", "patch * HTTP/2", "PRI * HTTP/2.0\r", "X!x http://a/ HTTP/1.1"}) CHECK(is_http_line(line, true));
  for (const char* line : {"{\"a\":\" HTTP/1.1\"}", "hello there", "GET /", "", " HTTP/1.1", "GET / HTTP/one", "{} HTTP/1.1"}) CHECK(!is_http_line(line, true));
  CHECK(is_http_line("POST /" + std::string(4000, 'a'), false));
  CHECK(!is_http_line("{\"a\": \"" + std::string(4000, 'a'), false));
  CHECK(is_tls_hello("\x16\x03\x01"));
  CHECK(is_tls_hello("\x16"));
  CHECK(!is_tls_hello("{"));
}

TEST_CASE("a request on a port of lines is told where to go, and no line of it counts") {
  Daemon daemon({"limits.line=64KiB"});
  Client rejects = daemon.subscriber(R"("channel":"rejects")"), alerts = daemon.subscriber();
  const std::string body = event("of a web page") + R"({"_end":{"stream":"*"}})" + "\n";
  const std::string rest = " HTTP/1.1\r\nHost: 127.0.0.1:7800\r\nContent-Type: text/plain\r\n\r\n" + body;
  for (const std::string& request : {"POST /" + rest, "POST /" + std::string(100'000, 'a') + rest, "OPTIONS *" + rest}) {
    for (size_t piece : {size_t{1} << 20, size_t{7}}) {
      if (piece == 7 && request.size() > 10'000) continue;
      Client page = daemon.producer();
      for (size_t at = 0; at < request.size(); at += piece) page.send(request.substr(at, piece));
      page.half_close();
      const std::string answer = joined(page.rest());
      CHECK_MESSAGE(answer.starts_with("HTTP/1.1 400 "), answer);
      CHECK(has(answer, "the port `http`"));
    }
  }
  Client subscribing(daemon.alerts_port());
  REQUIRE(subscribing.send("POST / HTTP/1.1\r\n\r\n{\"_subscribe\":{\"channel\":\"alerts\",\"consumer\":\"siem\"}}\n"));
  subscribing.half_close();
  const std::string answer = joined(subscribing.rest());
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(!has(answer, "_subscribed"));
  for (uint16_t port : {daemon.events_port(), daemon.alerts_port()}) {
    Client tls(port);
    REQUIRE(tls.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, '\n') + body));
    CHECK(has(tls.line(), "TLS"));
    CHECK(tls.line() == "<closed>");
  }
  // What is no first line is a line like others.
  Client later = daemon.producer();
  REQUIRE(later.send(event("1") + "GET / HTTP/1.1\r\n" + event("2")));
  CHECK(has(later.line(), "\"line\":2,"));
  CHECK(is_alert_of(alerts.line(), "1"));
  CHECK(is_alert_of(alerts.line(), "2"));
  CHECK(has(rejects.line(), "\"seq\":1,"));   // the only one: nothing that the page sent came so far
  CHECK(rejects.line(100) == "<nothing>");
}

TEST_CASE("who is silent longest gives way, who has sent a line never") {
  server::Newcomers newcomers;
  std::vector<std::string> closed;
  const auto start = server::Newcomers::Clock::now();
  auto add = [&](const std::string& name, bool patient, seconds at) {
    return newcomers.add(patient, [&closed, name](const std::string& reason) { closed.push_back(name + ": " + reason); }, start + at);
  };
  add("a", true, seconds(0));
  const uint64_t b = add("b", false, seconds(1));
  add("c", false, seconds(2));
  add("d", true, seconds(3));
  CHECK(!newcomers.make_way(10, start + seconds(4)));
  newcomers.remove(b);
  newcomers.remove(b);
  CHECK(newcomers.make_way(10, start + seconds(5)));
  CHECK(closed == std::vector<std::string>{"a: limits.connections (10) connections are open, and this one has not sent a line"});
  newcomers.expire(false, start + seconds(61));
  CHECK(closed.size() == 1);
  newcomers.expire(false, start + seconds(62));
  CHECK(closed.back() == "c: no line has come within 60 s");
  newcomers.expire(false, start + seconds(600));
  CHECK(closed.size() == 2);   // nobody needs its place
  newcomers.expire(true, start + seconds(600));
  CHECK(closed.back() == "d: no line has come within 60 s");
  CHECK(newcomers.size() == 0);
  CHECK(!newcomers.make_way(10, start + seconds(1000)));
}

TEST_CASE("idle connections do not hold limits.connections for ever") {
  Daemon daemon({"limits.connections=20"});
  Client subscriber = daemon.subscriber(), spoken = daemon.producer();
  REQUIRE(spoken.send(event("0")));
  CHECK(is_alert_of(subscriber.line(), "0"));
  std::vector<Client> idle;
  for (int i = 0; i < 18; ++i) idle.push_back(i % 2 ? daemon.producer() : Client(daemon.alerts_port()));
  // At first they are asked for nothing; then one after the other has to go.
  CHECK(eventually([&] {
    Client late = daemon.producer();
    return late.send(event("late")) && is_alert_of(subscriber.line(200), "late");
  }));
  CHECK(has(idle.front().line(), "has not sent a line"));
  CHECK(idle.front().line() == "<closed>");
  CHECK(idle.back().line(50) == "<nothing>");
  REQUIRE(spoken.send(event("1")));
  CHECK(is_alert_of(subscriber.line(), "1"));
}

TEST_CASE("a sender that closes without reading loses no line behind a rejected one") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  uint64_t sent = 0;
  for (int round = 0; round < 5; ++round) {
    Client sender = daemon.producer();
    REQUIRE(sender.send("no event\n"));
    for (int part = 0; part < 20; ++part, sent += 2000) REQUIRE(sender.send(events(sent, sent + 2000)));
    sender.close();
  }
  uint64_t came = 0;
  while (came < sent && subscriber.line().starts_with("{\"channel\"")) ++came;
  CHECK(came == sent);
}

TEST_CASE("a daemon with fewer descriptors than limits.connections and its own files need does not start") {
  TemporaryFolder folder;
  const std::string patterns = folder.write("a.cep", kProgram);
  const std::string command = "ulimit -n 300 && exec " CEPD_BINARY " --set data_dir=" + folder.path() + "/data --set 'patterns=[" + patterns +
                              "]' --set listen.events=127.0.0.1:0 --set listen.alerts=127.0.0.1:0 --set listen.http=off --set shards=1 --set limits.connections=";
  const Finished refused = run({"/bin/sh", "-c", command + "200"});
  CHECK(refused.status == 78);
  CHECK(has(refused.output, "limits.connections (200)"));
  CHECK(has(refused.output, "or set limits.connections to 103"));
}

// The port `http` of a running daemon: what curl, Prometheus and cepctl see, and what strangers' bytes do to it (nothing).
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>

#include "server/daemon.h"
#include "client/http_client.h"

using namespace cep::testing;
using cep::client::call_http;
using cep::client::HttpCall;
using cep::client::HttpReply;
using Json = nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

HttpReply ask(const Daemon& daemon, const std::string& method, const std::string& target, const std::string& body = "") {
  HttpCall call;
  call.at = "127.0.0.1:" + std::to_string(daemon.http_port());
  call.method = method;
  call.target = target;
  call.body = body;
  auto reply = call_http(call);
  REQUIRE_MESSAGE(reply.ok(), reply.status().message());
  return reply.value();
}

Json json_of(const HttpReply& reply) {
  Json json = Json::parse(reply.body, nullptr, false);
  REQUIRE_MESSAGE(!json.is_discarded(), reply.body);
  return json;
}

std::string get_line(const std::string& target, const std::string& more = "") { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n"; }

// The answer to one raw request on a connection of its own: all lines until the daemon closes.
std::vector<std::string> raw(const Daemon& daemon, const std::string& bytes) {
  Client client(daemon.http_port());
  client.send(bytes);
  client.half_close();
  return client.rest();
}

std::string status_line(const Daemon& daemon, const std::string& bytes) {
  const std::vector<std::string> lines = raw(daemon, bytes);
  return lines.empty() ? "" : lines.front();
}

const char* const kAnother = "pattern also on e {\n  begin a where name == \"a\"\n  alert low \"also {a.id}\"\n}\n";

Finished cepctl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CEPCTL_BINARY);
  return run(arguments);
}

std::string at(const Daemon& daemon) { return "127.0.0.1:" + std::to_string(daemon.http_port()); }

}  // namespace

TEST_CASE("http: health, readiness, status and metrics of a daemon that serves") {
  Daemon daemon;
  CHECK(ask(daemon, "GET", "/healthz").body == "ok\n");
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Client producer = daemon.producer();
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  REQUIRE(producer.send(event("1") + event("2") + "bad\n"));
  CHECK(is_alert_of(subscriber.line(), "1"));
  CHECK(is_alert_of(subscriber.line(), "2"));
  Json status;   // at most a moment old
  REQUIRE(eventually([&] {
    status = json_of(ask(daemon, "GET", "/api/v1/status"));
    return status["totals"]["rejected"] == 1 && status["totals"]["events"] == 2;
  }));
  CHECK(status["phase"] == "ready");
  REQUIRE(status["streams"].size() == 1);
  CHECK(status["streams"][0]["name"] == "e");
  CHECK(status["streams"][0]["events"] == 2);
  CHECK(status["channels"][0]["next"] == 3);
  CHECK(status["connections"]["open"].get<int>() >= 3);
  std::string metrics;   // records are counted behind events
  CHECK(eventually([&] {
    metrics = ask(daemon, "GET", "/metrics").body;
    return has(metrics, "cepd_matches_total{channel=\"alerts\",pattern=\"hit\",kind=\"pattern\"} 2\n");
  }));
  CHECK(has(metrics, "cepd_events_received_total{stream=\"e\"} 2\n"));
  CHECK(has(metrics, "cepd_ready 1\n"));
}

TEST_CASE("http: what promtool says of a living daemon's metrics") {
  Daemon daemon;
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: promtool is not installed (Debian package prometheus)");
    return;
  }
  TemporaryFolder folder;
  const std::string file = folder.write("metrics", ask(daemon, "GET", "/metrics").body);
  const std::string out = folder.path() + "/out";
  CHECK(std::system(("promtool check metrics <" + file + " >" + out + " 2>&1").c_str()) == 0);
  CHECK(read_whole(out).empty());
}

TEST_CASE("http: OpenMetrics for a scraper that asks for it") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  const std::string end = "Connection: close\r\n";
  std::vector<std::string> lines = raw(daemon, get_line("/metrics", "Accept: application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2\r\n" + end));
  CHECK(std::count(lines.begin(), lines.end(), "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r") == 1);
  REQUIRE(lines.size() > 2);
  CHECK(lines.back() == "# EOF");
  lines = raw(daemon, get_line("/metrics", end));
  CHECK(std::count(lines.begin(), lines.end(), "Content-Type: text/plain; version=0.0.4; charset=utf-8\r") == 1);
  CHECK(std::count(lines.begin(), lines.end(), "# EOF") == 0);
}

TEST_CASE("http: a disk at its reserve is said at once, to who sends and to who changes patterns") {
  Daemon daemon({"disk.reserve=9000000TiB"});
  REQUIRE(eventually([&] { return has(ask(daemon, "GET", "/readyz").body, "disk.reserve"); }));
  const HttpReply events = ask(daemon, "POST", "/api/v1/events", "{}\n");
  CHECK(events.code == 503);
  CHECK(has(events.body, "disk.reserve"));
  const HttpReply put = ask(daemon, "PUT", "/api/v1/patterns/also.cep", kAnother);
  CHECK(put.code == 503);
  CHECK(has(put.body, "patterns cannot be changed now: no room"));
  CHECK(ask(daemon, "DELETE", "/api/v1/patterns/program.cep").code == 503);
  CHECK(ask(daemon, "GET", "/healthz").code == 200);
}

TEST_CASE("http: events by POST are durable and worked when they are answered") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  const HttpReply reply = ask(daemon, "POST", "/api/v1/events", event("1") + "bad\n" + event("2") + event("3").substr(0, event("3").size() - 1));
  CHECK(reply.code == 200);
  const Json json = json_of(reply);
  CHECK(json["accepted"] == 3);
  REQUIRE(json["rejected"].size() == 1);
  CHECK(json["rejected"][0]["line"] == 2);
  CHECK(!json["rejected"][0]["reason"].get<std::string>().empty());
  daemon.kill();   // what was answered survives
  daemon.start();
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  for (const char* id : {"1", "2", "3"}) CHECK(is_alert_of(subscriber.line(), id));
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", ""))["accepted"] == 0);
}

TEST_CASE("http: the stream of a POST, a line over the limit, a stream that is not there") {
  Daemon daemon({"limits.line=1KiB"}, "stream a (id string, ts timestamp) time ts\nstream b (id string, ts timestamp) time ts\n"
                                      "pattern hit on b { begin x alert low \"{x.id}\" }\n");
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Json json = json_of(ask(daemon, "POST", "/api/v1/events?stream=b", "{\"id\":\"1\",\"ts\":1}\n{\"id\":\"" + std::string(2000, 'x') + "\",\"ts\":1}\n"));
  CHECK(json["accepted"] == 1);
  REQUIRE(json["rejected"].size() == 1);
  CHECK(has(json["rejected"][0]["reason"].get<std::string>(), "limits.line (1024 bytes)"));
  json = json_of(ask(daemon, "POST", "/api/v1/events", "{\"id\":\"1\",\"ts\":1}\n"));
  CHECK(json["rejected"].size() == 1);
  json = json_of(ask(daemon, "POST", "/api/v1/events?stream=c", "{\"id\":\"1\",\"ts\":1}\n"));
  CHECK(json["rejected"].size() == 1);
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  CHECK(is_alert_of(subscriber.line(), "1"));
}

TEST_CASE("http: a producer's numbers make a POST that is sent again count once") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  const std::string first = "/api/v1/events?producer=gw&first=1";
  Json json = json_of(ask(daemon, "POST", first, event("1") + event("2")));
  CHECK(json["accepted"] == 2);
  CHECK(json["next"] == 3);
  json = json_of(ask(daemon, "POST", first, event("1") + event("2") + "bad\n" + event("4")));
  CHECK(json["repeated"] == 2);
  CHECK(json["accepted"] == 3);
  CHECK(json["rejected"][0]["line"] == 3);
  CHECK(json["next"] == 5);
  const HttpReply gap = ask(daemon, "POST", "/api/v1/events?producer=gw&first=9", event("9"));
  CHECK(gap.code == 409);
  CHECK(json_of(gap)["next"] == 5);
  daemon.kill();
  daemon.start();
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  json = json_of(ask(daemon, "POST", first, event("1") + event("2")));
  CHECK(json["repeated"] == 2);
  CHECK(json["next"] == 5);
  Client subscriber = daemon.subscriber(R"("from":"earliest")");
  for (const char* id : {"1", "2", "4"}) CHECK(is_alert_of(subscriber.line(), id));
  uint64_t next = 0;
  Client session = daemon.session("gw", &next);
  CHECK(next == 5);
}

TEST_CASE("http: many at once, each gets its own answer") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  std::vector<Client> clients;
  for (int i = 0; i < 40; ++i) {
    clients.emplace_back(daemon.http_port());
    std::string body = events(0, static_cast<uint64_t>(i));
    for (int bad = 0; bad < i % 3; ++bad) body += "bad\n";
    REQUIRE(clients.back().send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  }
  for (int i = 0; i < 40; ++i) {
    const std::vector<std::string> lines = clients[static_cast<size_t>(i)].rest();
    REQUIRE(!lines.empty());
    CHECK(lines.front() == "HTTP/1.1 200 OK\r");
    const Json json = Json::parse(lines.back(), nullptr, false);
    REQUIRE_MESSAGE(json.is_object(), lines.back());
    CHECK(json["accepted"] == i);
    CHECK(json["rejected"].size() == static_cast<size_t>(i % 3));
  }
}

TEST_CASE("http: patterns are listed, loaded, refused and removed") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Json list;
  REQUIRE(eventually([&] {
    list = json_of(ask(daemon, "GET", "/api/v1/patterns"))["patterns"];
    return list.size() == 1 && !list[0]["operators"].empty();
  }));
  CHECK(list[0]["name"] == "program.cep");
  CHECK(list[0]["origin"] == "disk");
  CHECK(list[0]["operators"][0]["name"] == "hit");
  CHECK(ask(daemon, "GET", "/api/v1/patterns/program.cep").body == read_whole(daemon.program_path()));

  const HttpReply loaded = ask(daemon, "PUT", "/api/v1/patterns/more.cep", kAnother);
  CHECK(loaded.code == 200);
  CHECK(json_of(loaded)["position"].get<uint64_t>() > 1);
  CHECK(json_of(ask(daemon, "GET", "/api/v1/patterns"))["patterns"].size() == 2);
  Client subscriber = daemon.subscriber();
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", event("1")))["accepted"] == 1);
  CHECK(is_alert_of(subscriber.line(), "1"));
  CHECK(is_alert_of(subscriber.line(), "also 1"));

  // The same text as `cepctl check` prints, and nothing has changed.
  TemporaryFolder folder;
  const std::string bad = "pattern p on nowhere {\n  begin a\n  alert low \"x\"\n}\n";
  const HttpReply refused = ask(daemon, "PUT", "/api/v1/patterns/bad.cep", bad);
  CHECK(refused.code == 422);
  CHECK(has(refused.error(), "bad.cep:1:14: error: "));
  CHECK(has(refused.error(), "^"));
  CHECK(json_of(ask(daemon, "GET", "/api/v1/patterns"))["patterns"].size() == 2);
  CHECK(has(ask(daemon, "GET", "/metrics").body, "cepd_reload_total{result=\"failed\"} 1\n"));

  const HttpReply unknown = ask(daemon, "DELETE", "/api/v1/patterns/mroe.cep");
  CHECK(unknown.code == 404);
  CHECK(has(unknown.error(), "did you mean `more.cep`?"));
  CHECK(ask(daemon, "GET", "/api/v1/patterns/more").code == 404);
  CHECK(ask(daemon, "DELETE", "/api/v1/patterns/more.cep").code == 200);
  list = json_of(ask(daemon, "GET", "/api/v1/patterns"))["patterns"];
  REQUIRE(list.size() == 1);
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", event("2")))["accepted"] == 1);
  CHECK(is_alert_of(subscriber.line(), "2"));
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", event("3")))["accepted"] == 1);
  CHECK(is_alert_of(subscriber.line(), "3"));
}

TEST_CASE("http: a SIGHUP is counted, also one whose files have mistakes") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  auto metric = [&](const std::string& line) {
    return eventually([&] { return ask(daemon, "GET", "/metrics").body.find("\n" + line + "\n") != std::string::npos; });
  };
  daemon.write_program("pattern p on nowhere {}\n");
  daemon.signal(SIGHUP);
  CHECK(metric("cepd_reload_total{result=\"failed\"} 1"));
  CHECK(metric("cepd_config_last_reload_successful 0"));
  CHECK(has(json_of(ask(daemon, "GET", "/api/v1/status"))["load"]["last_error"].get<std::string>(), "program.cep:1:"));
  daemon.write_program(std::string(kProgram) + kAnother);
  daemon.signal(SIGHUP);
  CHECK(metric("cepd_reload_total{result=\"done\"} 1"));
  CHECK(metric("cepd_config_last_reload_successful 1"));
}

TEST_CASE("http: a load that is good clears the last error, whoever made it, and is in the log") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  auto last_error = [&] { return json_of(ask(daemon, "GET", "/api/v1/status"))["load"]["last_error"].get<std::string>(); };
  CHECK(ask(daemon, "PUT", "/api/v1/patterns/more.cep", "pattern p on nowhere {}\n").code == 422);
  CHECK(!last_error().empty());
  CHECK(daemon.logged("pattern files were refused, nothing has changed\" change=\"{\\\"loaded\\\":\\\"more.cep\\\"}\" why="));
  CHECK(ask(daemon, "PUT", "/api/v1/patterns/more.cep", kAnother).code == 200);
  CHECK(last_error().empty());
  CHECK(has(ask(daemon, "GET", "/metrics").body, "cepd_config_last_reload_successful 1\n"));
  CHECK(daemon.logged("the pattern files were changed\" change=\"{\\\"loaded\\\":\\\"more.cep\\\"}\" position="));
  CHECK(ask(daemon, "DELETE", "/api/v1/patterns/more.cep").code == 200);
  CHECK(daemon.logged("the pattern files were changed\" change=\"{\\\"removed\\\":\\\"more.cep\\\"}\" position="));
}

TEST_CASE("http: a load that shuts out lines without a stream says so") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  const Json first = json_of(ask(daemon, "PUT", "/api/v1/patterns/more.cep", kAnother));
  CHECK(!first.contains("warnings"));
  const Json second = json_of(ask(daemon, "PUT", "/api/v1/patterns/other.cep", "stream other (id string, ts timestamp) time ts\n"));
  REQUIRE(second.contains("warnings"));
  CHECK(has(second["warnings"].get<std::string>(), "lines without `_stream` are rejected"));
  const Json third = json_of(ask(daemon, "PUT", "/api/v1/patterns/third.cep", "stream third (id string, ts timestamp) time ts\n"));
  CHECK(!third.contains("warnings"));   // they were before
}

TEST_CASE("http: no room on the disk is in the log, and no pattern set is changed") {
  Daemon daemon({"disk.reserve=900TiB"});
  REQUIRE(daemon.logged("no room: less than disk.reserve is free"));
  const HttpReply refused = ask(daemon, "PUT", "/api/v1/patterns/more.cep", kAnother);
  CHECK(refused.code == 503);
  CHECK(has(refused.error(), "no room"));
}

TEST_CASE("file outputs of the settings hold each record once, through kill -9") {
  TemporaryFolder folder;
  const std::string alerts = folder.path() + "/alerts", rejects = folder.path() + "/rejects", none = folder.path() + "/none";
  Daemon daemon({"outputs.files=[{path: " + alerts + "}, {path: " + rejects + ", channel: rejects}, {path: " + none + ", patterns: [other_*]}]"});
  auto lines = [](const std::string& path) {
    const std::string text = read_whole(path);
    return std::count(text.begin(), text.end(), '\n');
  };
  for (int round = 1; round <= 3; ++round) {
    REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
    REQUIRE(ask(daemon, "POST", "/api/v1/events", events(0, 500) + "bad\n").code == 200);
    if (round == 3) CHECK(eventually([&] { return lines(alerts) == 1500 && lines(rejects) == 3; }));
    daemon.kill();
    if (round < 3) daemon.start();
  }
  std::string text = read_whole(alerts);
  for (int seq = 1; seq <= 1500; ++seq) {
    REQUIRE(text.starts_with(R"({"channel":"alerts","seq":)" + std::to_string(seq) + ","));
    text.erase(0, text.find('\n') + 1);
  }
  CHECK(text.empty());
  CHECK(lines(none) == 0);
}

TEST_CASE("http: cepctl status and cepctl patterns") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  TemporaryFolder folder;
  const std::string more = folder.write("more.cep", kAnother), bad = folder.write("bad.cep", "pattern p on nowhere { begin a alert low \"x\" }\n");
  REQUIRE(ask(daemon, "POST", "/api/v1/events", event("1")).code == 200);
  Finished status;
  REQUIRE(eventually([&] {
    status = cepctl({"status", "--from", at(daemon)});
    return status.output.find("1970-01-01") != std::string::npos;
  }));
  CHECK(status.status == 0);
  CHECK(has(status.output, ": ready\n"));
  CHECK(has(status.output, "STREAM"));
  CHECK(has(status.output, "1970-01-01T00:00:00.001Z"));
  CHECK(has(status.output, "hit"));
  Finished json = cepctl({"status", "--from", at(daemon), "--json"});
  CHECK(Json::parse(json.output, nullptr, false)["phase"] == "ready");

  Finished load = cepctl({"patterns", "load", more, "--at", at(daemon)});
  CHECK(load.status == 0);
  CHECK(has(load.output, "more.cep loaded, in force at position "));
  Finished list = cepctl({"patterns", "list", "--at", at(daemon)});
  CHECK(list.status == 0);
  CHECK(has(list.output, "more.cep"));
  CHECK(has(list.output, "also"));
  Finished refused = cepctl({"patterns", "load", bad, "--at", at(daemon)});
  CHECK(refused.status == 1);
  CHECK(has(refused.output, "bad.cep:1:14: error: "));
  Finished removed = cepctl({"patterns", "remove", "more.cep", "--at", at(daemon)});
  CHECK(removed.status == 0);
  Finished again = cepctl({"patterns", "remove", "more.cep", "--at", at(daemon)});
  CHECK(again.status == 1);
  CHECK(has(again.output, "there is no pattern file `more.cep`"));
  // Files that need each other, in an order in which they could not come one by one.
  TemporaryFolder both;
  both.write("a.cep", "pattern on_new on fresh { begin a alert low }\n");
  both.write("b.cep", "stream fresh (id string, ts timestamp) time ts when id == \"new\"\n");
  Finished together = cepctl({"patterns", "load", both.path(), "--at", at(daemon), "--json"});
  CHECK(together.status == 0);
  CHECK(has(together.output, "{\"loaded\":[\"a.cep\",\"b.cep\"],\"removed\":[],\"position\":"));
  both.write("c.cep", "nonsense\n");
  Finished partly = cepctl({"patterns", "load", both.path(), more, "--at", at(daemon)});
  CHECK(partly.status == 1);
  CHECK(has(partly.output, "c.cep:1:1: error: "));
  CHECK(cepctl({"patterns", "list", "--at", at(daemon)}).output.find("more.cep") == std::string::npos);
  Finished apart = cepctl({"patterns", "remove", "b.cep", "a.cep", "--at", at(daemon)});
  CHECK(apart.status == 0);
  CHECK(has(apart.output, "b.cep, a.cep removed, in force at position "));
  CHECK(cepctl({"patterns", "remove", "a.cep", "b.cep", "--at", at(daemon)}).status == 1);
  CHECK(cepctl({"patterns"}).status == 2);
  CHECK(cepctl({"patterns", "load", folder.path() + "/none.cep", "--at", at(daemon)}).status == 2);
  CHECK(cepctl({"status", "--from", "nowhere"}).status == 2);
  Finished alone = cepctl({"status", "--from", "127.0.0.1:1"});
  CHECK(alone.status == 3);
  CHECK(has(alone.output, "cannot reach cepd at 127.0.0.1:1"));
  CHECK(cepctl({"patterns", "list", "--at", "127.0.0.1:1"}).status == 3);
  // The port `alerts` is no HTTP.
  Finished stranger = cepctl({"status", "--from", "127.0.0.1:" + std::to_string(daemon.alerts_port())});
  CHECK(stranger.status == 3);
  CHECK(has(stranger.output, "is no cepd (400); is that its port `http`?"));
}

TEST_CASE("http: limits and wrong requests have their answers") {
  Daemon daemon;
  CHECK(status_line(daemon, get_line("/nothing")) == "HTTP/1.1 404 Not Found\r");
  CHECK(status_line(daemon, "PUT /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n") == "HTTP/1.1 405 Method Not Allowed\r");
  const std::vector<std::string> not_allowed = raw(daemon, "DELETE /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(std::count(not_allowed.begin(), not_allowed.end(), "Allow: POST\r") == 1);
  CHECK(status_line(daemon, get_line("/healthz", "X: " + std::string(20'000, 'x') + "\r\n")) == "HTTP/1.1 431 Request Header Fields Too Large\r");
  CHECK(status_line(daemon, "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n") == "HTTP/1.1 413 Payload Too Large\r");
  CHECK(status_line(daemon, "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx") ==
        "HTTP/1.1 415 Unsupported Media Type\r");
  CHECK(status_line(daemon, "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:7802\r\nOrigin: http://evil.example\r\nContent-Length: 1\r\n\r\nx") ==
        "HTTP/1.1 403 Forbidden\r");
  CHECK(status_line(daemon, "nonsense\r\n\r\n") == "HTTP/1.1 400 Bad Request\r");
  CHECK(status_line(daemon, "GET /healthz HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n") == "HTTP/1.1 400 Bad Request\r");
  // A chunked body over the limit.
  std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n", chunks = "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 9; ++i) chunks += chunk;
  Client big(daemon.http_port());
  big.send(chunks);
  CHECK(big.line() == "HTTP/1.1 413 Payload Too Large\r");
  // HEAD: the header alone, with the length that GET would have.
  const std::vector<std::string> head = raw(daemon, "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(std::count(head.begin(), head.end(), "Content-Length: 3\r") == 1);
  CHECK(head.back() == "\r");
  CHECK(ask(daemon, "GET", "/healthz").code == 200);
}

TEST_CASE("http: a connection is kept, a byte at a time is as good, 100-continue is answered") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Client client(daemon.http_port());
  auto answer = [&] {
    std::vector<std::string> lines;
    do lines.push_back(client.line());
    while (lines.back() != "\r" && lines.back() != "<closed>" && lines.back() != "<nothing>");
    lines.push_back(client.line());
    return lines;
  };
  REQUIRE(client.send(get_line("/healthz") + get_line("/healthz")));
  for (int i = 0; i < 2; ++i) CHECK(answer().back() == "ok");
  for (char c : get_line("/healthz")) REQUIRE(client.send(std::string(1, c)));
  CHECK(answer().back() == "ok");
  const std::string body = event("1");
  REQUIRE(client.send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
  CHECK(client.line() == "HTTP/1.1 100 Continue\r");
  CHECK(client.line() == "\r");
  REQUIRE(client.send(body));
  CHECK(answer().back() == R"({"accepted":1,"rejected":[]})");
}

TEST_CASE("http: clients that announce large bodies and send a byte take nothing from the others") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  std::vector<Client> slow;
  for (int i = 0; i < 200; ++i) {
    slow.emplace_back(daemon.http_port());
    REQUIRE(slow.back().send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n{"));
  }
  REQUIRE(eventually([&] { return json_of(ask(daemon, "GET", "/api/v1/status"))["connections"]["open"] == 201; }));
  const std::string large = events(0, 100'000);
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", large))["accepted"] == 100'000);
  if (!kSanitized) CHECK(daemon.memory_bytes() < 200 << 20);
  // Chunked and in pieces it is the same body.
  Client chunked(daemon.http_port());
  std::string pieces = "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string body = events(0, 2000);
  for (size_t at = 0; at < body.size(); at += 0x1111) {
    const std::string part = body.substr(at, 0x1111);
    char length[16];
    std::snprintf(length, sizeof length, "%zx\r\n", part.size());
    pieces += length + part + "\r\n";
  }
  REQUIRE(chunked.send(pieces + "0\r\n\r\n"));
  CHECK(chunked.rest().back() == R"({"accepted":2000,"rejected":[]})");
}

TEST_CASE("http: errors come as text to those who ask for it") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  const std::string bad = "pattern p on nowhere {}";
  const std::vector<std::string> lines = raw(daemon, "PUT /api/v1/patterns/b.cep HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: text/plain\r\nContent-Length: " +
                                                         std::to_string(bad.size()) + "\r\n\r\n" + bad);
  CHECK(lines.front() == "HTTP/1.1 422 Unprocessable Entity\r");
  CHECK(std::count(lines.begin(), lines.end(), "Content-Type: text/plain; charset=utf-8\r") == 1);
  CHECK(std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("b.cep:1:"); }));
}

TEST_CASE("http: any bytes in any pieces end their connection at most") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  std::mt19937 random(20'260'101);
  const std::vector<std::string> seeds = {get_line("/api/v1/status"), get_line("/metrics"), "HEAD / HTTP/1.0\r\n\r\n",
                                          "POST /api/v1/events?producer=p&first=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nbad\n\n",
                                          "POST /api/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                                          "PUT /api/v1/patterns/x.cep HTTP/1.1\r\nContent-Length: 9\r\n\r\npattern {", "DELETE /api/v1/patterns/%00 HTTP/1.1\r\n\r\n"};
  for (int round = 0; round < 300; ++round) {
    std::string bytes = seeds[random() % seeds.size()] + seeds[random() % seeds.size()];
    for (int change = static_cast<int>(random() % 6); change > 0; --change) {
      const size_t place = random() % bytes.size();
      if (random() % 3 == 0) bytes.erase(place, 1 + random() % 8);
      else if (random() % 2 == 0) bytes.insert(place, std::string(1 + random() % 4, static_cast<char>(random())));
      else bytes[place] = static_cast<char>(random());
      if (bytes.empty()) bytes = "x";
    }
    REQUIRE_MESSAGE(daemon.alive(), daemon.log());
    Client client(daemon.http_port());
    for (size_t from = 0; from < bytes.size();) {
      const size_t n = 1 + random() % 40;
      if (!client.send(bytes.substr(from, n))) break;
      from += n;
    }
    if (random() % 4 == 0) {
      client.close(random() % 2 == 0);
    } else {
      client.half_close();
      const std::vector<std::string> lines = client.rest();
      CHECK((lines.empty() || lines.front().starts_with("HTTP/1.1 ") || lines.front() == "<closed>"));
      CHECK((lines.empty() || lines.back() != "<nothing>"));
    }
  }
  CHECK(ask(daemon, "GET", "/healthz").code == 200);
  CHECK(json_of(ask(daemon, "POST", "/api/v1/events", event("1")))["accepted"] == 1);
  // All that came has gone again.
  CHECK(eventually([&] { return json_of(ask(daemon, "GET", "/api/v1/status"))["connections"]["open"] == 1; }));
  CHECK(daemon.stop() == 0);
}

TEST_CASE("http: a body in a coding that is not known is refused, and what follows it is no request") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  for (const char* headers : {"Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x"}) {
    for (const char* path : {"/api/v1/events", "/nowhere"}) {
      CAPTURE(headers);
      Client client(daemon.http_port());
      client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n0\r\n\r\n" + get_line("/healthz"));
      client.half_close();
      const std::vector<std::string> lines = client.rest();
      REQUIRE(!lines.empty());
      CHECK((lines.front().starts_with("HTTP/1.1 501") || lines.front().starts_with("HTTP/1.1 400")));
      CHECK(lines.back() != "ok");
    }
  }
}

TEST_CASE("http: limits.connections holds for this port too, but for a probe; the port can be off") {
  Daemon daemon({"limits.connections=3"});
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Client subscriber = daemon.subscriber(), producer = daemon.producer();
  REQUIRE(producer.send(event("1")));
  CHECK(is_alert_of(subscriber.line(), "1"));
  // One that waits for its next request makes way, for this port and for others.
  Client idle(daemon.http_port());
  REQUIRE(idle.send(get_line("/healthz")));
  CHECK(idle.line() == "HTTP/1.1 200 OK\r");
  Client third = daemon.subscriber();
  CHECK(idle.rest().back() == "ok");
  // Those that are busy stay; so many more get in, and no more.
  std::vector<Client> busy;
  for (int i = 0; i < 16; ++i) {
    CHECK(ask(daemon, "GET", "/healthz").code == 200);
    busy.emplace_back(daemon.http_port());
    REQUIRE(busy.back().send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(busy.back().line() == "HTTP/1.1 100 Continue\r");
  }
  const HttpReply refused = ask(daemon, "GET", "/healthz");
  CHECK(refused.code == 503);
  CHECK(has(refused.body, "limits.connections (3) connections are open already"));
  REQUIRE(busy.front().send("\n\n\n\n\n\n\n\n"));
  CHECK(busy.front().line() == "\r");
  CHECK(busy.front().line() == "HTTP/1.1 200 OK\r");
  busy.erase(busy.begin());
  CHECK(eventually([&] { return ask(daemon, "GET", "/healthz").code == 200; }));
  Daemon off({"listen.http=off"});
  CHECK(off.http_port() == 0);
}

TEST_CASE("http: a stop answers what is on its way and does not wait for idle connections") {
  Daemon daemon;
  REQUIRE(eventually([&] { return ask(daemon, "GET", "/readyz").code == 200; }));
  Client idle(daemon.http_port()), half(daemon.http_port());
  REQUIRE(half.send("POST /api/v1/events HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"));
  Client busy(daemon.http_port());
  const std::string body = events(0, 2000);
  REQUIRE(busy.send("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  REQUIRE(eventually([&] { return json_of(ask(daemon, "GET", "/api/v1/status"))["totals"]["lines"].get<int>() > 0; }));
  CHECK(daemon.stop() == 0);
  const std::vector<std::string> lines = busy.rest();
  REQUIRE(!lines.empty());
  CHECK(lines.back() == R"({"accepted":2000,"rejected":[]})");
}

// Requests as text: places, methods, parameters, any bytes; bodies as lines.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <nlohmann/json.hpp>

#include "journal/entry.h"
#include "server/http_events.h"
#include "server/http_guard.h"
#include "client/http_client.h"
#include "server/http_route.h"
#include "server/pattern_change.h"
#include "server/strict_json.h"

using namespace cep;
using namespace cep::server;

namespace {

bool has(const std::string& text, const std::string& part) {
  bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

// The lines of a body as the journal would read them: a broken one as "<length>".
std::vector<std::string> lines_of(const BodyLines& lines) {
  std::vector<std::string> out;
  for (const engine::LineBatch& batch : lines.batches) {
    journal::EntryCursor cursor(batch.entries);
    journal::Entry entry;
    uint32_t count = 0;
    for (; cursor.next(&entry); ++count) {
      out.push_back(entry.kind == journal::EntryKind::kLine ? std::string(entry.line) : "<" + std::to_string(entry.length) + ">");
    }
    CHECK(!cursor.bad());
    CHECK(count == batch.count);
  }
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("every place has its methods") {
  CHECK(route_of("GET", "/healthz").place == HttpPlace::kHealth);
  CHECK(route_of("HEAD", "/readyz?x=1").place == HttpPlace::kReady);
  CHECK(route_of("GET", "/metrics").place == HttpPlace::kMetrics);
  CHECK(route_of("GET", "/api/v1/status").place == HttpPlace::kStatus);
  CHECK(route_of("GET", "/api/v1/patterns").place == HttpPlace::kPatterns);
  CHECK(route_of("POST", "/api/v1/events").place == HttpPlace::kEvents);
  for (const char* target : {"/", "/healthz", "/readyz", "/metrics", "/api/v1/status"}) {
    const HttpRoute wrong = route_of("POST", target);
    CHECK(wrong.error.code == 405);
    CHECK(wrong.error.allow == "GET, HEAD");
  }
  CHECK(route_of("PUT", "/api/v1/patterns").place == HttpPlace::kPatterns);
  CHECK(route_of("POST", "/api/v1/patterns").error.allow == "GET, HEAD, PUT");
  CHECK(route_of("GET", "/api/v1/events").error.code == 405);
  CHECK(route_of("GET", "/api/v1/events").error.allow == "POST");
  CHECK(route_of("PATCH", "/api/v1/patterns/a.cep").error.allow == "GET, HEAD, PUT, DELETE");
  CHECK(route_of("", "/healthz").error.code == 405);
  CHECK(route_of(", ", "/healthz").error.code == 405);
}

TEST_CASE("an unknown place is told the nearest one") {
  const HttpRoute wrong = route_of("GET", "/metric");
  CHECK(wrong.error.code == 404);
  CHECK(has(wrong.error.body, "did you mean /metrics?"));
  CHECK(has(route_of("GET", "/api/v1/pattern").error.body, "/api/v1/patterns"));
  CHECK(has(route_of("GET", "/somewhere/else/altogether").error.body, "there are /healthz"));
  CHECK(route_of("GET", "*").error.code == 400);
  CHECK(route_of("GET", "http://host/healthz").error.code == 400);
  CHECK(route_of("GET", "/%zz").error.code == 400);
}

TEST_CASE("files that come and go together") {
  cep::engine::FileChange change;
  CHECK(parse_pattern_change(R"({"files":[{"name":"a.cep","text":"x"},{"name":"b.cep","text":"y"}],"remove":["c.cep"]})", &change).empty());
  REQUIRE(change.put.size() == 2);
  CHECK(change.put[1].name == "b.cep");
  CHECK(change.put[1].text == "y");
  CHECK(change.removed == std::vector<std::string>{"c.cep"});
  cep::engine::FileChange again;
  CHECK(parse_pattern_change(cep::client::pattern_change_body(change.put, change.removed), &again).empty());
  CHECK(again.removed == change.removed);
  REQUIRE(again.put.size() == change.put.size());
  for (size_t i = 0; i < again.put.size(); ++i) CHECK((again.put[i].name == change.put[i].name && again.put[i].text == change.put[i].text));
  auto refusal = [](std::string_view body) {
    cep::engine::FileChange ignored;
    return parse_pattern_change(body, &ignored);
  };
  const std::string deep(100'000, '[');
  for (const std::string_view body : {"", "x", "[]", "{}", R"({"files":[],"remove":[]})", R"({"files":{}})", R"({"files":[1]})", R"({"files":[{"name":"a.cep"}]})",
                                      R"({"files":[{"name":"a.cep","text":5}]})", R"({"files":[{"name":"a.cep","text":"","x":1}]})", R"({"remove":[5]})", R"({"file":[]})",
                                      R"({"remove":[["a.cep"]]})", "\xff"})
    CHECK_MESSAGE(has(refusal(body), "the body must be like"), body);
  CHECK(has(refusal("{\"files\":" + deep), "the body must be like"));
  CHECK(has(refusal(R"({"files":[],"files":[{"name":"a.cep","text":""}]})"), "the member \"files\" is there twice"));
  CHECK(has(refusal(R"({"files":[{"name":"a.txt","text":""}]})"), "ends in .cep"));
  CHECK(has(refusal(R"({"files":[{"name":"../a.cep","text":""}]})"), "does not begin with a dot"));
  CHECK(has(refusal(R"({"files":[{"name":"a.cep","text":""}],"remove":["a.cep"]})"), "`a.cep` is named twice"));
}

// Work in proportion to the bytes: a list that is looked through again for each of its objects takes ten thousand times what it takes to read it.
TEST_CASE("a body that names very many files is read once") {
  constexpr int kFiles = 400'000;
  std::string body = "{\"files\":[";
  for (int i = 0; i < kFiles; ++i) body += std::string(i > 0 ? "," : "") + R"({"name":"f)" + std::to_string(i) + R"(.cep","text":""})";
  body += "]}";
  cep::engine::FileChange change;
  CHECK(parse_pattern_change(body, &change).empty());
  CHECK(change.put.size() == kFiles);
  std::string reason, objects = "{\"a\":[{}";
  while (objects.size() < kControlBytesMax - 8) objects += ",{}";
  objects += "]}";
  CHECK(parse_strict(objects, &reason)["a"].size() > 20'000);
  CHECK(reason.empty());
}

TEST_CASE("what this version does not have says so, and where to turn") {
  CHECK(route_of("GET", "/api/v1/savepoints").error.code == 501);
  CHECK(has(route_of("POST", "/api/v1/savepoints").error.body, "makes no checkpoints"));
  CHECK(route_of("GET", "/api/v1/alerts").error.code == 501);
  CHECK(has(route_of("GET", "/api/v1/alerts").error.body, "cepctl tail"));
  CHECK(route_of("GET", "/api/v1/patterns/fraud.cep/graph").error.code == 501);
  CHECK(has(route_of("GET", "/api/v1/patterns/fraud/graph").error.body, "cepctl explain FILE --dot"));
}

TEST_CASE("the name of a pattern file") {
  const HttpRoute good = route_of("PUT", "/api/v1/patterns/fraud%2Dcards.cep");
  REQUIRE(good.ok());
  CHECK(good.name == "fraud-cards.cep");
  for (const char* name : {"", "fraud", ".cep", ".hidden.cep", "a%2F.b.cep", "a%2F%2Fb.cep", "..%2f..%2fetc.cep", "a%00.cep", "a b.cep", "%C3%A4.cep"})
    CHECK(route_of("PUT", std::string("/api/v1/patterns/") + name).error.code == 400);
  CHECK(route_of("PUT", "/api/v1/patterns/" + std::string(252, 'a') + ".cep").error.code == 400);
  CHECK(route_of("DELETE", "/api/v1/patterns/").error.code == 400);
  CHECK(route_of("DELETE", "/api/v1/patterns/on%20disk.cep").name == "on disk.cep");
}

TEST_CASE("the parameters of events") {
  const HttpRoute plain = route_of("POST", "/api/v1/events");
  CHECK(plain.ok());
  CHECK(plain.stream.empty());
  const HttpRoute full = route_of("POST", "/api/v1/events?stream=e&producer=gw+7%2fa&first=12");
  REQUIRE(full.ok());
  CHECK(full.stream == "e");
  CHECK(full.producer == "gw 7/a");
  CHECK(full.first == 12);
  // The same ids as at the port `events`.
  CHECK(route_of("POST", "/api/v1/events?producer=_gw").producer == "_gw");
  CHECK(route_of("POST", "/api/v1/events?producer=" + std::string(256, 'x')).ok());
  CHECK(has(route_of("POST", "/api/v1/events?producer=" + std::string(257, 'x')).error.body, "longer than 256 bytes"));
  CHECK(has(route_of("POST", "/api/v1/events?producer=%ff").error.body, "no UTF-8"));
  CHECK(has(route_of("POST", "/api/v1/events?steam=e").error.body, "did you mean `stream`?"));
  for (const char* query : {"first=1", "producer=", "producer=%ff", "stream=%ff", "stream=", "producer=a&first=0", "producer=a&first=x", "producer=a&first=1x",
                            "producer=a&first=99999999999999999999", "stream=%4", "=", "x"})
    CHECK(route_of("POST", std::string("/api/v1/events?") + query).error.code == 400);
  CHECK(route_of("POST", "/api/v1/events?&stream=e&").stream == "e");
}

TEST_CASE("errors are JSON, or text for those who ask for it") {
  CHECK(error_of(404, "say \"x\"\n").body == "{\"error\":\"say \\\"x\\\"\\n\"}\n");
  CHECK(error_of(404, "line", true).body == "line\n");
  CHECK(nlohmann::json::accept(error_of(400, "\xff\xfe").body));
}

TEST_CASE("any target and any method end in a place or an error") {
  CHECK(rc::check([](const std::string& method, const std::string& tail) {
    const std::string head = *rc::gen::elementOf(std::vector<std::string>{"", "/", "/api/v1/events?", "/api/v1/patterns/", "/api/v1/events?producer=%"});
    const HttpRoute route = route_of(*rc::gen::elementOf(std::vector<std::string>{method, "GET", "PUT", "POST"}), head + tail);
    RC_ASSERT(route.ok() || (route.error.code >= 400 && route.error.code <= 501));
    RC_ASSERT(route.ok() || nlohmann::json::accept(route.error.body));
  }));
  CHECK(rc::check([](const std::string& text) {
    std::string back;
    RC_ASSERT(percent_decode(cep::client::percent_encode(text), false, &back));
    RC_ASSERT(back == text);
  }));
}

TEST_CASE("a body as lines") {
  CHECK(lines_of(split_body("", 10, 0)).empty());
  CHECK(lines_of(split_body("a\nb", 10, 0)) == Lines{"a", "b"});
  CHECK(lines_of(split_body("a\n\nb\n", 10, 0)) == Lines{"a", "", "b"});
  CHECK(lines_of(split_body("a\r\n", 10, 0)) == Lines{"a\r"});
  CHECK(lines_of(split_body("0123456789\n0123456789x\nc\n", 10, 0)) == Lines{"0123456789", "<11>", "c"});
  const BodyLines rest = split_body("a\nb\nc\n", 10, 2);
  CHECK(rest.count == 3);
  CHECK(lines_of(rest) == Lines{"c"});
  CHECK(split_body("a\nb\n", 10, 9).batches.empty());
  CHECK(split_body("a\nb\n", 10, 9).count == 2);
}

TEST_CASE("a large body comes in batches, in order") {
  std::string body;
  Lines expected;
  for (int i = 0; i < 20'000; ++i) {
    expected.push_back(std::to_string(i) + std::string(static_cast<size_t>(i % 97), 'x'));
    body += expected.back() + "\n";
  }
  const BodyLines lines = split_body(body, 1 << 20, 0);
  CHECK(lines.batches.size() > 5);
  for (const engine::LineBatch& batch : lines.batches) CHECK(batch.entries.size() < 2 * BodyLines::kBatchBytes);
  CHECK(lines_of(lines) == expected);
}

TEST_CASE("whose names a Host may be") {
  const std::vector<std::string> own{"cepd.example.com", "Box7"};
  for (const char* host : {"", "localhost", "LOCALHOST:7802", "localhost.", "a.localhost:1", "127.0.0.1:7802", "10.1.2.3", "[::1]:7802", "[fe80::1]", "cepd.example.com:80", "box7", "BOX7.:7802"})
    CHECK_MESSAGE(is_own_host(host, own), host);
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7802", "xlocalhost", "box7.evil.example", "[evil.example]", "[", ":", ":7802", "1.2.3", "cepd.example.com.evil"})
    CHECK_MESSAGE(!is_own_host(host, own), host);
}

TEST_CASE("no page of another origin changes anything") {
  auto code = [](std::string_view method, HttpCaller caller) {
    if (caller.host.empty()) caller.host = "localhost:7802";
    return refuse_stranger(method, caller, {}).code;
  };
  // curl, as people call it, and cepctl.
  CHECK(code("POST", {.user_agent = "curl/7.88.1", .content_type = "application/x-www-form-urlencoded"}) == 200);
  CHECK(code("PUT", {.user_agent = "curl/7.88.1", .content_type = "application/x-www-form-urlencoded"}) == 200);
  CHECK(code("POST", {.content_type = "text/plain"}) == 200);
  CHECK(code("POST", {}) == 200);
  CHECK(code("POST", {.content_type = "Multipart/Form-Data ; boundary=x"}) == 415);
  // Its own page, if there were one.
  CHECK(code("POST", {.origin = "http://localhost:7802", .fetch_site = "same-origin", .user_agent = "Mozilla/5.0", .content_type = "text/plain"}) == 200);
  CHECK(code("POST", {.host = "CEPD.localhost", .origin = "https://cepd.localhost"}) == 200);
  // A page of others.
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    for (const char* origin : {"http://evil.example", "null", "http://localhost:7803", "http://localhost:7802.evil.example", "http://localhost"})
      CHECK_MESSAGE(code(method, {.origin = origin, .content_type = "application/json"}) == 403, origin);
    CHECK(code(method, {.fetch_site = "cross-site"}) == 403);
    CHECK(code(method, {.fetch_site = "same-site"}) == 403);
  }
  CHECK(code("GET", {.origin = "http://evil.example", .fetch_site = "cross-site"}) == 200);   // it gets no leave to read the answer
  // An old browser's form says no origin; its type is what a script would need leave for.
  CHECK(code("POST", {.user_agent = "Mozilla/5.0", .content_type = "text/plain; charset=utf-8"}) == 415);
  CHECK(code("POST", {.user_agent = "Mozilla/5.0", .content_type = "application/x-ndjson"}) == 200);
  // A name that was made to point here.
  for (const char* method : {"GET", "PUT"}) CHECK(code(method, {.host = "evil.example:7802", .origin = "http://evil.example:7802"}) == 403);
  CHECK(has(refuse_stranger("GET", {.host = "evil.example:7802"}, {}).body, "listen.http_names"));
}

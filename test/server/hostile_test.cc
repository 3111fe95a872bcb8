// Input that must be survived: each hostile line gets its reason, the next good line on the same connection works, and another client notices nothing.
#include <doctest/doctest.h>

#include <algorithm>

#include "server/daemon.h"

using namespace cep::testing;

namespace {

// What becomes of a hostile line.
struct Hostile {
  std::string name;
  std::string line;  // without LF
  const char* reason;  // part of the answer; empty: the line is taken
};

std::string repeated(std::string_view part, size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

std::string with_v(const std::string& v) { return R"({"id":"h","name":"b","v":)" + v + R"(,"ts":1})"; }

std::vector<Hostile> hostile_lines() {
  using namespace std::string_literals;
  return {
      {"over the limit", R"({"id":")" + std::string(2 << 20, 'x') + R"("})", "limits.line"},
      {"broken UTF-8", "{\"id\":\"\xc3\x28\",\"name\":\"b\",\"v\":1,\"ts\":1}", " "},
      {"overlong UTF-8", "{\"id\":\"\xc0\xaf\",\"name\":\"b\",\"v\":1,\"ts\":1}", " "},
      {"a NUL outside", "{\"id\":\"h\",\0\"name\":\"b\",\"v\":1,\"ts\":1}"s, " "},
      {"a NUL inside", "{\"id\":\"h\0\",\"name\":\"b\",\"v\":1,\"ts\":1}"s, " "},
      {"only NULs", std::string(100, '\0'), " "},
      {"a byte order mark", "\xef\xbb\xbf" + with_v("1"), ""},
      {"a byte order mark inside", "{\xef\xbb\xbf\"id\":\"h\",\"name\":\"b\",\"v\":1,\"ts\":1}", " "},
      {"CRLF", with_v("1") + "\r", ""},
      {"a lone surrogate", R"({"id":"\ud800","name":"b","v":1,"ts":1})", " "},
      {"a low surrogate first", R"({"id":"\udc00\ud800","name":"b","v":1,"ts":1})", " "},
      {"1 M nested brackets", std::string(1'000'000, '['), " "},
      {"1 M nested braces", repeated("{\"a\":", 200'000), " "},
      {"brackets in a field", with_v(std::string(100, '[') + std::string(100, ']')), " "},
      {"1e400", with_v("1e400"), " "},
      {"2^64", with_v("18446744073709551616"), " "},
      {"2^63", with_v("9223372036854775808"), " "},
      {"a duplicate member", R"({"id":"h","id":"h","name":"b","v":1,"ts":1})", " "},
      {"a wrong type", with_v("true"), " "},
      {"an object for an int", with_v("{}"), " "},
      {"no time", R"({"id":"h","name":"b","v":1})", " "},
      {"a time that is none", R"({"id":"h","name":"b","v":1,"ts":"soon"})", " "},
      {"an unknown stream", R"({"_stream":"nowhere","id":"h","name":"b","v":1,"ts":1})", "nowhere"},
      {"a stream that is no text", R"({"_stream":7,"id":"h"})", " "},
      {"a reserved name", R"({"_secret":1,"id":"h","name":"b","v":1,"ts":1})", " "},
      {"no object", "[1,2,3]", " "},
      {"a number", "42", " "},
      {"cut off", R"({"id":"h","name":)", " "},
      {"two objects", with_v("1") + with_v("1"), " "},
      {"words", "hello there", " "},
      {"binary", "\x7f"s "ELF\x02\x01\x01\x00\xff\xfe\x80\x81"s, " "},
      {"a bad watermark", R"({"_watermark":{"stream":"nowhere","time":1}})", " "},
      {"an end of nothing", R"({"_end":{"stream":"nowhere"}})", " "},
  };
}

}  // namespace

TEST_CASE("each hostile line gets its reason and the next line works") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client good = daemon.producer();
  int number = 0;
  for (const Hostile& hostile : hostile_lines()) {
    CAPTURE(hostile.name);
    const std::string id = std::to_string(++number);
    Client producer = daemon.producer();
    REQUIRE(producer.send(hostile.line + "\n" + event("same" + id)));
    if (*hostile.reason != '\0') {
      std::string answer = producer.line();
      CHECK_MESSAGE(answer.starts_with(R"({"_error":{"line":1,"reason":")"), answer);
      CHECK_MESSAGE(answer.find(hostile.reason) != std::string::npos, answer);
      CHECK(answer.size() < 8192);
    }
    CHECK(is_alert_of(subscriber.line(), "same" + id));
    REQUIRE(good.send(event("other" + id)));
    CHECK(is_alert_of(subscriber.line(), "other" + id));
    producer.half_close();
    CHECK(producer.rest().empty());
  }
  good.half_close();
  CHECK(good.rest().empty());
  CHECK(daemon.stop() == 0);
}

TEST_CASE("all hostile lines through one connection") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  size_t rejected = 0, answered = 0;
  std::string bytes;
  for (const Hostile& hostile : hostile_lines()) {
    bytes += hostile.line + "\n";
    rejected += *hostile.reason != '\0';
  }
  REQUIRE(producer.send(bytes + event("end")));
  CHECK(is_alert_of(subscriber.line(), "end"));
  producer.half_close();
  for (const std::string& answer : producer.rest()) answered += answer.starts_with(R"({"_error":{"line":)");
  CHECK(answered == rejected);
}

TEST_CASE("every rejected line is on the channel `rejects` with its reason, cut at 4 KiB") {
  Daemon daemon;
  Client rejects = daemon.subscriber(R"("channel":"rejects")");
  Client producer = daemon.producer();
  for (const Hostile& hostile : hostile_lines()) {
    if (*hostile.reason == '\0') continue;
    CAPTURE(hostile.name);
    REQUIRE(producer.send(hostile.line + "\n"));
    std::string record = rejects.line();
    CHECK(record.starts_with(R"({"channel":"rejects","seq":)"));
    CHECK(record.find("\"reason\":\"") != std::string::npos);
    CHECK(record.size() < 6 * 4096 + 1000);  // 4 KiB, each byte escaped
  }
}

TEST_CASE("a line of 1 GB does not grow the daemon, and the others notice nothing") {
  Daemon daemon;
  Client subscriber = daemon.subscriber();
  Client endless = daemon.producer(), good = daemon.producer();
  const uint64_t before = daemon.memory_bytes();
  const std::string part(1 << 20, 'x');
  for (int i = 0; i < (kSanitized ? 100 : 1024); ++i) {
    REQUIRE(endless.send(part));
    if (i % 64 != 0) continue;
    REQUIRE(good.send(event("good")));
    CHECK(is_alert_of(subscriber.line(), "good"));
  }
  CHECK((kSanitized || daemon.memory_bytes() < before + (16 << 20)));
  REQUIRE(endless.send("\n" + event("after")));
  CHECK(endless.line().find("limits.line") != std::string::npos);
  CHECK(is_alert_of(subscriber.line(), "after"));
}

TEST_CASE("limits.line is the longest line that is taken") {
  Daemon daemon({"limits.line=1KiB"});
  Client subscriber = daemon.subscriber();
  Client producer = daemon.producer();
  const std::string frame = event("");
  const std::string fits(1024 - (frame.size() - 1), 'x');
  REQUIRE(producer.send(event(fits) + event(fits + "x") + event("after")));
  CHECK(is_alert_of(subscriber.line(), fits));
  CHECK(is_alert_of(subscriber.line(), "after"));
  CHECK(producer.line().starts_with(R"({"_error":{"line":2,"reason":"the line is longer than limits.line (1024 bytes))"));
}

TEST_CASE("long lines of many connections that never end do not add up: the longest go, with a reason") {
  Daemon daemon({"limits.line=4MiB"});
  Client subscriber = daemon.subscriber();
  Client good = daemon.producer();
  const uint64_t before = daemon.memory_bytes();
  const std::string part(3 << 20, 'x');
  std::vector<Client> holding;
  for (int i = 0; i < 60; ++i) {
    holding.push_back(daemon.producer());
    REQUIRE(holding.back().send(part));
    if (i % 10 != 0) continue;
    REQUIRE(good.send(event("good")));
    CHECK(is_alert_of(subscriber.line(), "good"));
  }
  CHECK((kSanitized || daemon.memory_bytes() < before + (180 << 20)));
  std::vector<std::string> answers(holding.size(), "<nothing>");
  auto refused = [&] {
    for (size_t i = 0; i < holding.size(); ++i)
      if (answers[i] == "<nothing>") answers[i] = holding[i].line(0);
    return static_cast<size_t>(std::count_if(answers.begin(), answers.end(), [](const std::string& a) { return a.find("too many long lines") != std::string::npos; }));
  };
  CHECK(eventually([&] { return refused() >= 39; }));   // 21 of 3 MiB fit into 64 MiB
  size_t kept = 0;
  for (size_t i = 0; i < holding.size(); ++i) {
    if (answers[i] != "<nothing>") continue;
    holding[i].send("\n");   // one that is kept is told that this is no event
    answers[i] = holding[i].line();
    kept += answers[i].starts_with(R"({"_error":{"line":1,)");
  }
  CHECK(kept >= 20);
  CHECK(refused() + kept == holding.size());
}

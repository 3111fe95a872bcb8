// The parts without a socket: lines out of packets, the log of records, the control lines.
#include <doctest/doctest.h>

#include "server/line_splitter.h"
#include "server/pretty.h"
#include "server/record_log.h"
#include "server/wire.h"

using namespace cep::server;

namespace {

// What a splitter makes of `bytes` given in pieces of `step`: "1:text" or "2!first bytes".
std::vector<std::string> split(std::string_view bytes, size_t step, size_t limit, LineSplitter* splitter) {
  std::vector<std::string> out;
  for (size_t i = 0; i < bytes.size(); i += step) {
    splitter->feed(
        bytes.substr(i, step), [&](uint64_t n, std::string_view line) { out.push_back(std::to_string(n) + ":" + std::string(line)); },
        [&](uint64_t n, std::string_view line) { out.push_back(std::to_string(n) + "!" + std::string(line)); });
    CHECK(splitter->held_bytes() <= std::max(limit, LineSplitter::kKeepBytes));
  }
  return out;
}

void append(RecordLog* log, uint64_t seq, std::string_view name, const std::string& line) {
  cep::Record record;
  record.seq = seq;
  record.name = name;
  record.line = line;
  log->append(record);
}

std::string refusal(std::string_view line) {
  SubscribeRequest request;
  return parse_subscribe(line, &request);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lines come out the same in packets of any size") {
  const std::string bytes = "one\n\ntwo\r\n" + std::string(20, 'x') + "\n" + std::string(21, 'y') + "\nlast\nhalf";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    LineSplitter splitter(20);
    auto lines = split(bytes, step, 20, &splitter);
    CHECK(lines == std::vector<std::string>{"1:one", "2:", "3:two\r", "4:" + std::string(20, 'x'), "5!" + std::string(21, 'y'), "6:last"});
    CHECK(splitter.held_bytes() == 4);
  }
}

TEST_CASE("of a line over the limit only the first bytes are held") {
  LineSplitter splitter(100'000);
  std::string bytes = "ab" + std::string(1'000'000, 'x') + "\nnext\n";
  auto lines = split(bytes, 7000, 100'000, &splitter);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "1!ab" + std::string(LineSplitter::kKeepBytes - 2, 'x'));
  CHECK(lines[1] == "2:next");
}

TEST_CASE("the log gives records from any place that it keeps, filtered by name") {
  RecordLog log(1 << 20);
  CHECK(log.oldest() == 1);
  CHECK(log.next() == 1);
  for (uint64_t seq = 1; seq <= 10; ++seq) append(&log, seq, seq % 2 ? "odd" : "even", "r" + std::to_string(seq));
  std::string out;
  CHECK(log.copy(8, 1000, [](uint32_t) { return true; }, &out) == 11);
  CHECK(out == "r8\nr9\nr10\n");
  out.clear();
  CHECK(log.copy(1, 1000, [&](uint32_t id) { return log.name(id) == "odd"; }, &out) == 11);
  CHECK(out == "r1\nr3\nr5\nr7\nr9\n");
  out.clear();
  CHECK(log.copy(1, 4, [](uint32_t) { return true; }, &out) == 3);
  CHECK(log.bytes_from(10) == 4);
  CHECK(log.bytes_from(11) == 0);
}

TEST_CASE("the log drops its oldest records and keeps at least what it was told to") {
  RecordLog log(3 << 20);
  const std::string line(1000, 'x');
  for (uint64_t seq = 1; seq <= 20'000; ++seq) append(&log, seq, "p", line);
  CHECK(log.oldest() > 1);
  CHECK(log.bytes_from(log.oldest()) >= 3u << 20);
  CHECK(log.bytes_from(log.oldest()) <= 5u << 20);
  std::string out;
  CHECK(log.copy(log.oldest(), 1 << 30, [](uint32_t) { return true; }, &out) == 20'001);
  CHECK(out.size() == (20'001 - log.oldest()) * 1001);
}

TEST_CASE("a subscription is read whole or refused with the way out") {
  SubscribeRequest request;
  CHECK(parse_subscribe(R"({"_subscribe":{"channel":"late","patterns":["a*","b"],"from":43}})", &request).empty());
  CHECK(request.channel == cep::Channel::kLate);
  CHECK(request.patterns.size() == 2);
  CHECK(request.seq == 43);
  SubscribeRequest defaults;
  CHECK(parse_subscribe(R"( { "_subscribe" : { } } )", &defaults).empty());
  CHECK(defaults.channel == cep::Channel::kAlerts);
  CHECK(defaults.from == SubscribeRequest::From::kLatest);

  CHECK(has(refusal("{"), "the first line must be like"));
  CHECK(has(refusal("GET / HTTP/1.1"), "the first line must be like"));
  CHECK(has(refusal("\xff\xfe"), "the first line must be like"));
  CHECK(has(refusal(std::string(60'000, '[')), "the first line must be like"));
  CHECK(has(refusal(R"({"_subscribe":[]})"), "the first line must be like"));
  CHECK(has(refusal(R"({"_subscribe":{},"x":1})"), "the first line must be like"));
  CHECK(has(refusal(R"({"_subscribe":{"from":1,"from":2}})"), "twice"));
  CHECK(has(refusal(R"({"_subscribe":{"channel":"alert"}})"), "did you mean \"alerts\""));
  CHECK(has(refusal(R"({"_subscribe":{"chanel":"alerts"}})"), "did you mean \"channel\""));
  CHECK(has(refusal(R"({"_subscribe":{"channel":7}})"), "`channel`"));
  CHECK(has(refusal(R"({"_subscribe":{"patterns":"p"}})"), "`patterns`"));
  CHECK(has(refusal(R"({"_subscribe":{"patterns":[]}})"), "`patterns`"));
  for (const char* from : {"0", "-1", "1.5", "true", "\"soon\"", "18446744073709551616", "1e400"}) {
    CHECK_MESSAGE(!refusal(R"({"_subscribe":{"from":)" + std::string(from) + "}}").empty(), from);
  }
  CHECK(has(refusal(R"({"_subscribe":{"from":"resume"}})"), "keeps no consumer's place"));
  CHECK(has(refusal(R"({"_subscribe":{"consumer":"siem"}})"), "keeps no consumer's place"));
  CHECK(has(refusal(R"({"_subscribe":{"channel":"streams","from":1}})"), "live view"));
}

TEST_CASE("answers are whole JSON lines whatever the reason holds") {
  CHECK(error_answer(3, "a \"b\"\n\xff") == "{\"_error\":{\"line\":3,\"reason\":\"a \\\"b\\\"\\n\xef\xbf\xbd\"}}\n");
  CHECK(subscribed_answer("id", cep::Channel::kAlerts, 43, 1, 97) ==
        "{\"_subscribed\":{\"log\":\"id\",\"channel\":\"alerts\",\"from\":43,\"oldest\":1,\"next\":97}}\n");
  CHECK(gone_answer(3, 9).starts_with("{\"_error\":{\"code\":\"gone\",\"oldest\":9,"));
  CHECK(ahead_answer(12, 9).starts_with("{\"_error\":{\"code\":\"ahead\",\"next\":9,"));
}

TEST_CASE("a hello is known by its first member") {
  CHECK(is_hello(R"({"_hello":{"producer":"gw"}})"));
  CHECK(is_hello(R"( {  "_hello" : {}})"));
  CHECK_FALSE(is_hello(R"({"id":"_hello"})"));
  CHECK_FALSE(is_hello("{"));
  CHECK_FALSE(is_hello(""));
}

TEST_CASE("a record for people") {
  std::string text = pretty_record(R"({"channel":"alerts","seq":42,"pattern":"takeover","key":{"user":"u1"},"severity":"high","message":"moved",)"
                                   R"("start":"S","end":"E","fields":{"n":2.0},"match":{"a":[{"id":"1"}],"bb":[{"id":"2"},{"id":"3"}]}})",
                                   false);
  CHECK(text == "HIGH  takeover  user=u1  #42\n  moved\n  from S to E\n  n=2.0\n    a   id=1\n    bb  id=2\n        id=3\n\n");
  CHECK(pretty_record("no record", false) == "no record\n");
}

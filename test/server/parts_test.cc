// The parts without a socket: lines out of packets, the log of records, the control lines.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/line_splitter.h"
#include "client/line_window.h"
#include "client/pretty.h"
#include "server/strict_json.h"
#include "server/vital_signs.h"
#include "server/wire.h"

using namespace cep::client;
using namespace cep::server;
using cep::base::LineSplitter;

namespace {

// What a splitter makes of `bytes` given in pieces of `step`: "1:text" or "2!first bytes".
std::vector<std::string> split(std::string_view bytes, size_t step, size_t limit, LineSplitter* splitter) {
  std::vector<std::string> out;
  for (size_t i = 0; i < bytes.size(); i += step) {
    splitter->feed(
        bytes.substr(i, step), [&](uint64_t n, std::string_view line) { out.push_back(std::to_string(n) + ":" + std::string(line)); },
        [&](uint64_t n, std::string_view line, uint64_t length) {
          out.push_back(std::to_string(n) + "!" + std::to_string(length) + "!" + std::string(line));
        });
    CHECK(splitter->held_bytes() <= std::max(limit, LineSplitter::kKeepBytes));
  }
  return out;
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
    CHECK(lines == std::vector<std::string>{"1:one", "2:", "3:two\r", "4:" + std::string(20, 'x'), "5!21!" + std::string(21, 'y'), "6:last"});
    CHECK(splitter.held_bytes() == 4);
  }
}

TEST_CASE("as many first bytes are kept of a line over the limit, whatever the packets") {
  const std::string bytes = std::string(6000, 'x') + "\n";
  for (size_t step : {1, 7, 1000, 1500, 2047, 2048, 2049, 4096, 5999, 6001}) {
    LineSplitter splitter(2048);
    CHECK(split(bytes, step, 2048, &splitter) == std::vector<std::string>{"1!6000!" + std::string(LineSplitter::kKeepBytes, 'x')});
  }
}

TEST_CASE("of a line over the limit only the first bytes are held") {
  LineSplitter splitter(100'000);
  std::string bytes = "ab" + std::string(1'000'000, 'x') + "\nnext\n";
  auto lines = split(bytes, 7000, 100'000, &splitter);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "1!1000002!ab" + std::string(LineSplitter::kKeepBytes - 2, 'x'));
  CHECK(lines[1] == "2:next");
}

TEST_CASE("lines wait in the window until they are acknowledged, and go out again from any of them") {
  for (size_t step : {1, 3, 100}) {
    LineWindow window;
    const std::string input = "one\ntwo\n\nfour\nfive";
    for (size_t i = 0; i < input.size(); i += step) window.append(std::string_view(input).substr(i, step));
    CHECK(window.next() == 5);
    CHECK(window.unsent() == "one\ntwo\n\nfour\n");
    window.end();
    CHECK(window.next() == 6);
    CHECK(window.unsent(2) == "one\ntwo\n");
    window.mark_sent(6);  // in the middle of a line
    CHECK(window.unsent(2) == "o\n");
    CHECK(window.unsent() == "o\n\nfour\nfive\n");
    window.drop_through(1);
    CHECK(window.first() == 2);
    CHECK(window.done_bytes() == 4);
    CHECK(window.unsent() == "o\n\nfour\nfive\n");
    window.rewind();
    CHECK(window.unsent() == "two\n\nfour\nfive\n");
    window.rewind();
    window.drop_through(3);
    CHECK(window.unsent() == "four\nfive\n");
    CHECK(window.unsent(3).empty());
    window.mark_sent(window.unsent().size());
    CHECK(window.all_sent());
    window.drop_through(5);
    CHECK(window.first() == 6);
    CHECK(window.held_bytes() == 0);
    CHECK(window.all_sent());
  }
}

TEST_CASE("a window that is sent and acknowledged in any order of steps gives each line once") {
  std::string input, out;
  for (int i = 0; i < 20'000; ++i) input += std::string(static_cast<size_t>(i % 300), 'x') + std::to_string(i) + "\n";
  LineWindow window;
  uint32_t random = 7;
  auto below = [&random](uint32_t n) { return (random = random * 1664525 + 1013904223) / 65536 % n; };
  for (size_t at = 0; at < input.size() || window.held_bytes() > 0;) {
    const std::string_view piece = std::string_view(input).substr(at, below(100'000));
    at += piece.size();
    window.append(piece);
    const size_t sent = std::min<size_t>(window.unsent().size(), below(100'000));
    out.append(window.unsent().substr(0, sent));
    window.mark_sent(sent);
    // Only whole lines that were sent may be acknowledged.
    const uint64_t whole = static_cast<uint64_t>(std::count(out.begin(), out.end(), '\n'));
    if (whole >= window.first()) window.drop_through(window.first() + below(static_cast<uint32_t>(whole - window.first() + 1)));
  }
  CHECK(out == input);
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
  CHECK(has(refusal(R"({"_subscribe":{"from":"resume"}})"), "`consumer`"));
  CHECK(has(refusal(R"({"_subscribe":{"consumer":""}})"), "`consumer` is empty"));
  CHECK(has(refusal(R"({"_subscribe":{"consumer":7}})"), "`consumer` must be a string"));
  CHECK(has(refusal(R"({"_subscribe":{"consumer":")" + std::string(257, 'x') + R"("}})"), "256"));
  CHECK(has(refusal(R"({"_subscribe":{"channel":"streams","consumer":"siem"}})"), "leave `consumer` out"));
  CHECK(has(refusal(R"({"_subscribe":{"channel":"streams","consumer":"siem","from":"resume"}})"), "leave `consumer` out"));
  SubscribeRequest resume;
  CHECK(parse_subscribe(R"({"_subscribe":{"from":"resume","consumer":"siem"}})", &resume).empty());
  CHECK(resume.from == SubscribeRequest::From::kResume);
  CHECK(resume.consumer == "siem");
  CHECK(has(refusal(R"({"_subscribe":{"channel":"streams","from":1}})"), "live view"));
}

TEST_CASE("answers are whole JSON lines whatever the reason holds") {
  CHECK(error_answer(3, "a \"b\"\n\xff") == "{\"_error\":{\"line\":3,\"reason\":\"a \\\"b\\\"\\n\xef\xbf\xbd\"}}\n");
  CHECK(subscribed_answer("id", cep::Channel::kAlerts, 43, 1, 97) ==
        "{\"_subscribed\":{\"log\":\"id\",\"channel\":\"alerts\",\"from\":43,\"oldest\":1,\"next\":97}}\n");
  CHECK(welcome_answer(12) == "{\"_welcome\":{\"next\":12}}\n");
  CHECK(ack_answer(11) == "{\"_ack\":{\"upto\":11}}\n");
  CHECK(gone_answer(3, 9).starts_with("{\"_error\":{\"code\":\"gone\",\"oldest\":9,"));
  CHECK(ahead_answer(12, 9).starts_with("{\"_error\":{\"code\":\"ahead\",\"next\":9,"));
}

TEST_CASE("a hello is read whole or refused with a reason") {
  auto refusal_of = [](const std::string& line) {
    HelloRequest request;
    return parse_hello(line, &request);
  };
  HelloRequest request;
  CHECK(parse_hello(R"({"_hello":{"producer":"gw-7","stream":"transactions","token":"secret"}})", &request).empty());
  CHECK(request.producer == "gw-7");
  CHECK(request.stream == "transactions");
  CHECK(refusal_of(R"({"_hello":{"producer":")" + std::string(256, 'x') + R"("}})").empty());
  CHECK(has(refusal_of(R"({"_hello":{"producer":")" + std::string(257, 'x') + R"("}})"), "longer than 256 bytes"));
  CHECK(has(refusal_of(R"({"_hello":{}})"), "`producer` is missing"));
  CHECK(has(refusal_of(R"({"_hello":{"producer":""}})"), "`producer` is empty"));
  CHECK(has(refusal_of(R"({"_hello":{"producer":7}})"), "must be a string"));
  CHECK(has(refusal_of(R"({"_hello":{"producr":"x"}})"), "did you mean \"producer\""));
  CHECK(has(refusal_of(R"({"_hello":{"producer":"a","producer":"b"}})"), "twice"));
  CHECK(has(refusal_of(R"({"_hello":"gw"})"), "begins with a line like"));
  CHECK(has(refusal_of(R"({"_hello":{"producer":"gw"}},"x":1})"), "begins with a line like"));
  CHECK(has(refusal_of("{\"_hello\":{\"producer\":\"\xff\"}}"), "begins with a line like"));
}

TEST_CASE("a subscriber's acknowledgement") {
  uint64_t upto = 0;
  CHECK(parse_ack(R"({"_ack":{"upto":42}})", &upto).empty());
  CHECK(upto == 42);
  for (const char* bad : {"", "{}", R"({"_ack":42})", R"({"_ack":{"upto":-1}})", R"({"_ack":{"upto":1.5}})", R"({"_ack":{"upto":1,"x":2}})", "nonsense"}) {
    CHECK_MESSAGE(!parse_ack(bad, &upto).empty(), bad);
  }
}

TEST_CASE("the watchdog hears of a daemon that is idle or moves, not of one that has work and does none") {
  cep::engine::DurableStatus status;
  status.phase = cep::engine::Phase::kReady;
  status.journal_next = 100;
  status.worked = 98;  // the last entry decides nothing
  VitalSigns signs;
  for (int i = 0; i < 3; ++i) CHECK(signs.moves(status));
  status.queue_bytes[1] = 1000;
  CHECK_FALSE(signs.moves(status));
  status.worked = 99;
  CHECK(signs.moves(status));
  CHECK_FALSE(signs.moves(status));
  status.queue_bytes[0] = std::exchange(status.queue_bytes[1], 0);
  status.no_room = true;  // lines that are not taken
  CHECK(signs.moves(status));
  status.no_room = false;
  CHECK_FALSE(signs.moves(status));
  status.queue_bytes[0] = 0;
  CHECK(signs.moves(status));
  status.journal_durable = 120;  // a shard stands still, whatever waits behind it or not
  CHECK_FALSE(signs.moves(status));
  status.worked = 120;
  CHECK(signs.moves(status));
  CHECK(signs.moves(status));
  status.queue_bytes[1] = 1000;
  CHECK_FALSE(signs.moves(status));
  status.phase = cep::engine::Phase::kHeld;
  CHECK(signs.moves(status));
  CHECK(signs.moves(status));
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
  // Nothing that an event or a stranger says reaches the terminal as a command.
  text = pretty_record(R"({"channel":"alerts","seq":1,"pattern":"p\u001b[2J","key":{"u\u0007":"\u001b]0;x\u0007"},"severity":"low\u001b","message":"m\u001b[31m\u009b31m\u202e",)"
                       R"("fields":{"f\u001b":"\u007f"},"match":{"s\u001b":[{"a\u001b":"\u001b[1A\n"}]},"reason":"\u001b[5m","line":"\u2066"})", false);
  for (unsigned char c : text) CHECK((c == '\n' || c >= 0x20));
  for (const char* raw : {"\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xe2\x81\xa6"}) CHECK(text.find(raw) == std::string::npos);
  CHECK(text.find("m\\u001b[31m\\u009b31m\\u202e") != std::string::npos);
  CHECK(pretty_record("\x1b[2Jhello \x9b", false) == "\\u001b[2Jhello \\x9b\n");
}

TEST_CASE("a control line costs what its bytes cost, whatever is in it, and its error is short") {
  auto hello = [](const std::string& line) {
    HelloRequest request;
    return parse_hello(line, &request);
  };
  std::string members = "{\"_hello\":{";
  while (members.size() < kControlBytesMax - 100) members += "\"" + std::to_string(members.size()) + "\":1,";
  CHECK(has(hello(members + "\"x\":1}}"), "`_hello` has no member"));
  CHECK(has(hello(members + members + "\"x\":1}}"), "longer than 65536 bytes"));
  const std::string key(60'000, 'k');
  CHECK(hello("{\"_hello\":{\"" + key + "\":1}}").size() < 300);
  CHECK(hello("{\"_hello\":{\"" + key + "\":1,\"" + key + "\":1}}").size() < 300);
  CHECK(refusal("{\"_subscribe\":{\"" + key + "\":1}}").size() < 300);
  CHECK(refusal("{\"_subscribe\":{\"channel\":\"" + key + "\"}}").size() < 300);
}

TEST_CASE("a hello may have a byte order mark, as event lines may") {
  CHECK(is_hello("\xef\xbb\xbf{\"_hello\":{\"producer\":\"p\"}}"));
  HelloRequest request;
  CHECK(parse_hello("\xef\xbb\xbf{\"_hello\":{\"producer\":\"p\"}}\r", &request).empty());
  CHECK(request.producer == "p");
}

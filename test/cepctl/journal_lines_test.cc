// Entries as lines: each kind, what is wrapped, what is told again.
#include "cepctl/journal_lines.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace cep;
using namespace cep::cepctl;
using journal::Frame;

namespace {

std::string print(const Frame& frame, std::map<uint64_t, std::string> skips = {}, uint64_t from = 1, uint64_t to = UINT64_MAX) {
  JournalLines lines(std::move(skips));
  std::string out;
  REQUIRE(lines.append(frame, from, to, &out).ok());
  return out;
}

std::string printed_line(const std::string& line) {
  std::string payload;
  journal::append_line(line, &payload);
  const std::string out = print({1, 1, 5, payload});
  REQUIRE(out.rfind("{\"_at\":5}\n", 0) == 0);
  return out.substr(10);
}

}  // namespace

TEST_CASE("arrival and source are told where they change, and each frame begins with nobody") {
  std::string a, b;
  journal::append_line("{\"x\":1}", &a);
  journal::append_source({"gw-7", "s", 1, 1}, &a);
  journal::append_line("{\"x\":2}", &a);
  journal::append_source({"gw-7", "s", 1, 2}, &a);
  journal::append_line("{\"x\":3}", &a);
  journal::append_source({"", "t\"", 0, 0}, &b);
  journal::append_line("{\"x\":4}", &b);
  std::string c;
  journal::append_line("", &c);
  JournalLines lines({});
  std::string out;
  REQUIRE(lines.append({1, 3, 7, a}, 1, UINT64_MAX, &out).ok());
  REQUIRE(lines.append({4, 1, 7, b}, 1, UINT64_MAX, &out).ok());
  REQUIRE(lines.append({5, 1, 8, c}, 1, UINT64_MAX, &out).ok());
  CHECK(out ==
        "{\"_at\":7}\n{\"x\":1}\n"
        "{\"_session\":{\"producer\":\"gw-7\",\"stream\":\"s\"}}\n{\"x\":2}\n{\"x\":3}\n"
        "{\"_session\":{\"producer\":\"\",\"stream\":\"t\\\"\"}}\n{\"x\":4}\n"
        "{\"_at\":8}\n{\"_session\":{\"producer\":\"\",\"stream\":\"\"}}\n\n");
}

TEST_CASE("ticks and loads are lines, sessions, skips and forgotten producers are not") {
  std::string payload;
  journal::Load load;
  load.program.files = {{"a.cep", "stream a\n"}};
  load.origins = {journal::Origin::kDisk};
  load.program.table_files = {{"t.csv", "k,v\n"}, {"u.csv", "\xff\x00z"}};
  load.program.table_files[1].text = std::string("\xff\0zz", 4);
  load.program.limits = {1, 2, 3, 4, 5};
  journal::append_load(load, &payload);
  journal::append_session({"p", "", 1, 0}, &payload);
  journal::append_tick(99, &payload);
  journal::append_skip(3, "r", &payload);
  journal::append_forget("p", &payload);
  CHECK(print({1, 5, 7, payload}) ==
        "{\"_load\":{\"semantics\":2,\"limits\":{\"line\":1,\"depth\":2,\"runs_per_key\":3,\"matches_per_event\":4,\"record\":5},"
        "\"files\":[{\"name\":\"a.cep\",\"text\":\"stream a\\n\"}],"
        "\"tables\":[{\"name\":\"t.csv\",\"text\":\"k,v\\n\"},{\"name\":\"u.csv\",\"base64\":\"/wB6eg==\"}]}}\n"
        "{\"_tick\":99}\n");
}

TEST_CASE("ticks and loads that a skip names are no lines") {
  std::string payload;
  journal::append_tick(99, &payload);
  journal::append_load({}, &payload);
  journal::append_tick(100, &payload);
  CHECK(print({1, 3, 7, payload}, {{1, "r"}, {2, "r"}}) == "{\"_tick\":100}\n");
}

TEST_CASE("a stretch in which nothing was read: its end, then its beginning") {
  std::string payload;
  journal::append_tick(3, &payload);
  journal::append_tick(7, &payload);
  CHECK(print({1, 2, 7, payload}) == "{\"_at\":7}\n{\"_tick\":3}\n{\"_tick\":7}\n");
}

TEST_CASE("broken lines, and lines that a skip names") {
  std::string payload;
  journal::append_broken(9000, "abc\"", "too long", &payload);
  journal::append_broken(5, "a\xff", "bad", &payload);
  journal::append_line("{\"x\":1}", &payload);
  journal::append_broken(70, "b", "old", &payload);
  CHECK(print({1, 4, 0, payload}, {{3, "crashes"}, {4, "new"}}) ==
        "{\"_at\":0}\n"
        "{\"_broken\":{\"line\":\"abc\\\"\",\"reason\":\"too long\",\"length\":9000}}\n"
        "{\"_broken\":{\"base64\":\"Yf8=\",\"reason\":\"bad\",\"length\":5}}\n"
        "{\"_broken\":{\"line\":\"{\\\"x\\\":1}\",\"reason\":\"crashes\",\"length\":7}}\n"
        "{\"_broken\":{\"line\":\"b\",\"reason\":\"new\",\"length\":70}}\n");
}

TEST_CASE("a line goes out as it is, unless it could be taken for the journal's own") {
  for (const char* plain : {"", " ", "{\"a\":1}", "{\"_stream\":\"s\",\"a\":\"x\"}", "{\"_watermark\":{\"stream\":\"*\",\"time\":1}}", "{\"_end\":{\"stream\":\"*\"}}",
                            "{\"a\":\"at\"}", "{\"text\":\"say \\\"hi\\\" \\u00e9\"}", "{\"_deleted\":1}", "no json", "{\"a\":\"\\\\\"}", "\xef\xbb\xbf{\"a\":1}", "{\"a\":1}\r"})
    CHECK_MESSAGE(printed_line(plain) == std::string(plain) + "\n", plain);
  for (const char* control : {"{\"_at\":1}", "{\"_tick\":1}", " {\"_load\":{}}", "{\"a\":1,\"_session\":2}", "{ \"_line\" : \"x\"}", "{\"_broken\":1}", "{\"\\u005fat\":1}",
                              "{\"_\\u0061t\":1}", "{\"_a\\u0074\":1}", "{\"\\u005F\\u0061\\u0074\":1}", "{\"_attr\":1}", "{\"x\":\"_at\"}_at", "\xef\xbb\xbf{\"_at\":1}",
                              "{\"a\":\"\\\"\",\"_at\":1}"}) {
    const std::string out = printed_line(control);
    if (std::string_view(control).find("{\"x\":") == 0) continue;  // either will do
    const nlohmann::json j = nlohmann::json::parse(out);
    REQUIRE_MESSAGE(j.size() == 1, control);
    CHECK(j["_line"] == control);
  }
  CHECK(printed_line("{\"_at\":\"\xff\"}") == "{\"_at\":\"\xff\"}\n");  // no UTF-8: rejected in any case
}

TEST_CASE("a part of the journal, and bytes that are no entries") {
  std::string payload;
  for (int i = 1; i <= 5; ++i) journal::append_line(std::to_string(i), &payload);
  CHECK(print({11, 5, 1, payload}, {}, 12, 13) == "{\"_at\":1}\n2\n3\n");
  CHECK(print({11, 5, 1, payload}, {}, 16, 20) == "");
  std::string out;
  CHECK(!JournalLines({}).append({1, 1, 1, "\x63"}, 1, 9, &out).ok());
}

// The comparison rules of cepctl/compare.h, one test for each.
#include "cepctl/compare.h"

#include <doctest/doctest.h>

using namespace cep::cepctl;
using cep::config::YamlNode;

namespace {

const CompareRules kById{"id", false};
const CompareRules kBag{"id", true};

YamlNode yaml(const char* text) {
  auto doc = cep::config::parse_yaml(text);
  REQUIRE(doc.errors.empty());
  return doc.root;
}

bool fit(const char* expected, const char* record) {
  return fits(yaml(expected), Json::parse(record), kById);
}

std::string why(const char* expected, const char* record) {
  std::string text;
  CHECK_FALSE(fits(yaml(expected), Json::parse(record), kById, &text));
  return text;
}

std::vector<Json> records(std::initializer_list<const char*> texts) {
  std::vector<Json> list;
  for (const char* t : texts) list.push_back(Json::parse(t));
  return list;
}

}  // namespace

TEST_CASE("only the members that are named count, in fields and key too") {
  const char* record = R"({"pattern":"p","key":{"k":"a","u":1},"fields":{"n":5,"x":"y"},"seq":1})";
  CHECK(fit("{}", record));
  CHECK(fit("{pattern: p}", record));
  CHECK(fit("{key: {u: 1}, fields: {x: y}}", record));
  CHECK_FALSE(fit("{pattern: q}", record));
  CHECK_FALSE(fit("{fields: {n: 6}}", record));
  CHECK_FALSE(fit("{fields: {m: 5}}", record));
  CHECK_FALSE(fit("{fields: 5}", record));
  CHECK_FALSE(fit("{key: {k: {a: 1}}}", record));
}

TEST_CASE("an expected null fits a missing member") {
  CHECK(fit("{message: null}", "{}"));
  CHECK(fit("{fields: {x: null}}", R"({"fields":{}})"));
  CHECK(fit("{fields: {x: null}}", R"({"fields":{"x":null}})"));
  CHECK(fit("{fields: {x: null}}", "{}"));
  CHECK(fit("{fields: {x: }}", "{}"));
  CHECK_FALSE(fit("{fields: {x: null}}", R"({"fields":{"x":0}})"));
  CHECK_FALSE(fit("{fields: {x: 0}}", R"({"fields":{"x":null}})"));
}

TEST_CASE("numbers by value, doubles within 1e-9, never texts for numbers") {
  CHECK(fit("{v: 5}", R"({"v":5})"));
  CHECK(fit("{v: 5}", R"({"v":5.0})"));
  CHECK(fit("{v: 5.0}", R"({"v":5})"));
  CHECK(fit("{v: 0.3}", R"({"v":0.30000000000000004})"));
  CHECK(fit("{v: 0.1}", R"({"v":0.1000000009})"));
  CHECK_FALSE(fit("{v: 0.1}", R"({"v":0.100000002})"));
  CHECK(fit("{v: 9007199254740993}", R"({"v":9007199254740993})"));
  CHECK_FALSE(fit("{v: 9007199254740993}", R"({"v":9007199254740992})"));
  CHECK(fit("{v: -1}", R"({"v":-1})"));
  CHECK_FALSE(fit("{v: -1}", R"({"v":18446744073709551615})"));
  CHECK_FALSE(fit("{v: 5}", R"({"v":"5"})"));
  CHECK(fit("{v: \"5\"}", R"({"v":"5"})"));
  CHECK_FALSE(fit("{v: \"5\"}", R"({"v":5})"));
  CHECK(fit("{v: true}", R"({"v":true})"));
  CHECK_FALSE(fit("{v: \"true\"}", R"({"v":true})"));
  CHECK_FALSE(fit("{v: 1}", R"({"v":true})"));
}

TEST_CASE("events by their id, and stages of a match are compared whole") {
  const char* record = R"({"match":{"a":[{"id":"a1","v":1}],"b":[{"id":"b1"},{"id":"b2"}]}})";
  CHECK(fit("{match: {a: [a1], b: [b1, b2]}}", record));
  CHECK(fit("{match: {a: [{v: 1}], b: [b1, {id: b2}]}}", record));
  CHECK(fit("{match: {a: [a1], b: [b1, b2], c: []}}", record));
  CHECK(fit("{match: {a: [a1], b: [b1, b2], c: null}}", record));
  CHECK_FALSE(fit("{match: {a: [a1]}}", record));
  CHECK_FALSE(fit("{match: {a: [a1], b: [b2, b1]}}", record));
  CHECK_FALSE(fit("{match: {a: [a1], b: [b1]}}", record));
  CHECK_FALSE(fit("{match: {a: [a1], b: [b1, b2], c: [c1]}}", record));
  CHECK_FALSE(fit("{match: {}}", record));
  CHECK(fit("{match: {}}", "{}"));
  CHECK(fit("{match: {a: [1]}}", R"({"match":{"a":[{"id":1}]}})"));
  CHECK_FALSE(fit("{match: {a: [\"1\"]}}", R"({"match":{"a":[{"id":1}]}})"));
}

TEST_CASE("the event of a late record by its id") {
  CHECK(fit("{event: e1, stream: e}", R"({"stream":"e","event":{"id":"e1","v":3}})"));
  CHECK(fit("{event: {v: 3}}", R"({"event":{"id":"e1","v":3}})"));
  CHECK_FALSE(fit("{event: e2}", R"({"event":{"id":"e1"}})"));
  CHECK_FALSE(fits(yaml("{event: e1}"), Json::parse(R"({"event":{"id":"e1"}})"), CompareRules{}));
  // A field that happens to be called so is no event.
  CHECK_FALSE(fit("{fields: {event: e1}}", R"({"fields":{"event":{"id":"e1"}}})"));
}

TEST_CASE("why names the place") {
  CHECK(why("{fields: {n: 5}}", R"({"fields":{"n":6}})") == "fields.n: expected 5, came 6");
  CHECK(why("{match: {a: [a1, a2]}}", R"({"match":{"a":[{"id":"a1"},{"id":"a3"}]}})") ==
        "match.a[1]: expected a2, came a3");
  CHECK(why("{match: {a: [a1]}}", R"({"match":{"a":[{"id":"a1"}],"b":[{"id":"b1"}]}})") ==
        "match.b: not expected, came [b1]");
  CHECK(why("{message: x}", "{}") == "message: expected x, came nothing");
}

TEST_CASE("in order: as many as expected, one after the other") {
  const std::vector<YamlNode> two = yaml("[{n: 1}, {n: 2}]").items;
  CHECK(compare(two, records({R"({"n":1})", R"({"n":2})"}), kById).none());
  const Difference swapped = compare(two, records({R"({"n":2})", R"({"n":1})"}), kById);
  CHECK_FALSE(swapped.none());
  CHECK(swapped.only_order);
  const Difference extra = compare(two, records({R"({"n":1})", R"({"n":3})", R"({"n":2})"}), kById);
  CHECK(extra.missing.empty());
  CHECK(extra.extra == std::vector<size_t>{1});
  const Difference missing = compare(two, records({R"({"n":2})"}), kById);
  CHECK(missing.missing == std::vector<size_t>{0});
  CHECK(missing.extra.empty());
  CHECK(compare({}, {}, kById).none());
  CHECK(compare({}, records({"{}"}), kById).extra.size() == 1);
}

TEST_CASE("a bag needs a perfect matching, not the first that fits") {
  // The first expectation fits both records, the second only the first one: greedy pairing would fail.
  const std::vector<YamlNode> expected = yaml("[{p: x}, {p: x, n: 1}]").items;
  CHECK(compare(expected, records({R"({"p":"x","n":1})", R"({"p":"x","n":2})"}), kBag).none());
  // A chain of three that must all be moved on.
  const std::vector<YamlNode> chain = yaml("[{}, {a: 1}, {a: 1, b: 1}]").items;
  CHECK(compare(chain, records({R"({"a":1,"b":1})", R"({"a":1,"b":2})", R"({"a":2})"}), kBag).none());
  const Difference d = compare(chain, records({R"({"a":1,"b":1})", R"({"a":2})", R"({"a":3})"}), kBag);
  CHECK(d.missing.size() == 1);
  CHECK(d.extra.size() == 1);
}

TEST_CASE("a bag counts repeated records") {
  const std::vector<YamlNode> twice = yaml("[{n: 1}, {n: 1}]").items;
  CHECK(compare(twice, records({R"({"n":1})", R"({"n":1})"}), kBag).none());
  CHECK(compare(twice, records({R"({"n":1})"}), kBag).missing.size() == 1);
  CHECK(compare(twice, records({R"({"n":1})", R"({"n":1})", R"({"n":1})"}), kBag).extra.size() == 1);
}

TEST_CASE("records in reports are short and read back as YAML") {
  CHECK(flow_text(yaml("{a: [x, \"5\", 5], b: {c: null}}")) == R"({a: [x, "5", 5], b: {c: null}})");
  const Json record = Json::parse(
      R"({"seq":1,"pattern":"p","fields":{"t":"12","s":"a b"},"match":{"a":[{"id":"a1","v":2}]}})");
  CHECK(flow_text(record, {"pattern", "match"}, kById) == "{pattern: p, match: {a: [a1]}}");
  CHECK(flow_text(record, {"fields"}, kById) == R"({fields: {t: "12", s: "a b"}})");
  CHECK(flow_text(record, {"nothing"}, kById) == "{}");
}

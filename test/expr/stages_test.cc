// What a run has taken: a.f, first, last, count and the aggregates of a stage.
#include <doctest/doctest.h>

#include "expr/sheet.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::Sheet;

namespace {

// v int, d double, s string, gap duration, ts timestamp, b bool
Sheet sheet() {
  return Sheet({{"v", Type::kInt, Value::integer(9)},
                {"d", Type::kDouble, Value::real(9.5)},
                {"s", Type::kString, Value::string("now")},
                {"gap", Type::kDuration, Value::duration(9000)},
                {"ts", Type::kTimestamp, Value::timestamp(9)},
                {"b", Type::kBool, Value::boolean(true)}});
}
std::vector<Value> row(int64_t v, double d, std::string_view s) {
  return {Value::integer(v),   Value::real(d),       Value::string(s), Value::duration(v % 1000 * 1000),
          Value::timestamp(v), Value::boolean(v > 3)};
}

void check(Sheet& s, std::initializer_list<std::pair<std::string, std::string>> cases) {
  for (const auto& [text, result] : cases) CHECK_MESSAGE(s.print(text) == result, text);
}

}  // namespace

TEST_CASE("aggregates over a stage") {
  Sheet s = sheet();
  s.take("a", row(4, 0.5, "m"));
  s.take("a", row(2, 1.5, "z"));
  s.take("a", {});  // all null: not counted but by count()
  s.take("a", row(6, 2.5, "a"));
  check(s, {{"count(a)", "4"},
            {"sum(a.v)", "12"},
            {"avg(a.v)", "4.0"},
            {"min(a.v)", "2"},
            {"max(a.v)", "6"},
            {"sum(a.d)", "4.5"},
            {"avg(a.d)", "1.5"},
            {"min(a.d)", "0.5"},
            {"max(a.d)", "2.5"},
            {"min(a.s)", "a"},
            {"max(a.s)", "z"},
            {"sum(a.gap)", "12s"},
            {"avg(a.gap)", "4s"},
            {"max(a.ts)", "1970-01-01T00:00:00.006Z"},
            {"v > 2 * min(a.v)", "true"},
            {"sum(a.v) / count(a)", "3"}});
}

TEST_CASE("of no events aggregates are null, and count is 0") {
  Sheet s = sheet();
  check(s, {{"count(a)", "0"},
            {"sum(a.v)", "null"},
            {"avg(a.v)", "null"},
            {"min(a.v)", "null"},
            {"max(a.d)", "null"},
            {"a.v", "null"},
            {"first(a.v)", "null"},
            {"avg(a.v) >= 3", "null"},
            {"a.b", "null"},
            {"a.s == s", "null"}});
}

TEST_CASE("first and last count from 0") {
  Sheet s = sheet();
  s.take("a", row(4, 0, "x"));
  s.take("a", row(2, 0, "y"));
  s.take("a", row(6, 0, "z"));
  s.take("b", row(7, 0, "b"));
  check(s, {{"a.v", "6"},
            {"first(a.v)", "4"},
            {"last(a.v)", "6"},
            {"first(a.v, 1)", "2"},
            {"last(a.v, 1)", "2"},
            {"first(a.v, 9)", "null"},
            {"last(a.v, 3)", "null"},
            {"a.s + b.s", "zb"},
            {"a.b and b.b", "true"},
            {"v > a.v", "true"},
            {"s == a.s", "false"},
            {"ts - a.ts < 5ms", "true"}});
}

TEST_CASE("a sum of ints that does not fit is null, in whatever order") {
  Sheet s = sheet();
  s.take("a", row(INT64_MAX, 0, ""));
  s.take("a", row(5, 0, ""));
  CHECK(s.print("sum(a.v)") == "null");
  CHECK(s.faults() == 1);
  CHECK(s.print("avg(a.v)") == "4611686018427387904.0");
  s.take("a", row(-5, 0, ""));
  CHECK(s.print("sum(a.v)") == "9223372036854775807");
}

TEST_CASE("a sum of doubles that is not finite is null") {
  Sheet s = sheet();
  s.take("a", row(0, 1e308, ""));
  s.take("a", row(0, 1e308, ""));
  CHECK(s.print("sum(a.d)") == "null");
  CHECK(s.faults() == 1);
}

TEST_CASE("an average of durations is the nearest millisecond, half away from zero") {
  Sheet s({{"gap", Type::kDuration}});
  s.take("a", {Value::duration(-1)});
  s.take("a", {Value::duration(-2)});
  CHECK(s.print("avg(a.gap)") == "-2ms");
  s.take("a", {Value::duration(-1)});
  CHECK(s.print("avg(a.gap)") == "-1ms");
}

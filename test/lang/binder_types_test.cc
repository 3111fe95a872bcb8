// Types: what goes together, what does not, and the hint that comes with the refusal.
#include "binder_kit.h"
#include "doctest/doctest.h"

namespace cep::lang {
namespace {

struct Refused {
  const char* expression;
  const char* place;    // under the caret
  const char* message;  // part of it
};

const Refused kRefused[] = {
    {"v > \"5\"", "\"5\"", "write 5 without quotes"},
    {"v == k", "==", "`v` is an int, `k` is a string"},
    {"k == 5", "5", "write \"5\""},
    {"v + 1", "v + 1", "compare it with something, such as `v + 1 > 0`"},
    {"k", "k", "needs a condition"},
    {"b == \"true\"", "\"true\"", "write true without quotes"},
    {"b < true", "<", "have none"},
    {"ts > 5", "5", "cannot compare a timestamp with an int"},
    {"ts - a.ts < 5", "5", "a duration has a unit"},
    {"k + 1 == \"x\"", "+", "to_string"},
    {"ts + a.ts > ts", "+", "cannot take a timestamp and a timestamp"},
    {"ts + 5 > ts", "+", "a duration has a unit"},
    {"-k == \"x\"", "-k", "a number or a duration"},
    {"not v", "v", "`not` takes a condition"},
    {"b and v", "v", "joins conditions"},
    {"v in (1, \"2\")", "\"2\"", "write 2 without quotes"},
    {"v matches \"a\"", "v", "to_string"},
    {"k matches k", "k", "constant regular expression"},
    {"k matches \"a(\"", "\"a(\"", "cannot be used"},
    {"if(v, 1, 2) == 1", "v", "needs a condition first"},
    {"if(b, 1, \"a\") == 1", "\"a\"", "must be of one type"},
    {"if(b, 1) == 1", "if", "takes a condition and two values"},
    {"length(k, k) == 1", "length", "takes other arguments"},
    {"length(v) == 1", "length(v)", "length"},
    {"v > 9223372036854775808", "9223372036854775808", "does not fit an int"},
    {"sum(a.k) > 1", "a.k", "adds numbers"},
    {"sum(v) > 1", "v", "takes a field of a stage"},
    {"min(v, 1) > 1", "min", "takes a field of a stage"},
    {"count(c) > 1", "c", "no stage `c` to count"},
    {"count() > 1", "count", "count(STAGE)"},
    {"first(a.v, -1) > 1", "-1", "counts from 0"},
    {"last(a.v, v) > 1", "v", "no constant"},
    {"a > 1", "a", "is a stage, not a value"},
    {"a.nope > 1", "nope", "no field `nope`"},
    {"e.v > 1", "e", "write `v` for the current event"},
    {"abs > 1", "abs", "abs(…)"},
    {"x.y > 1", "x", "no stage `x`"},
    {"ts - a.ts < 5min", "5min", "write `5m`"},
    {"ts - a.ts < -5m1h", "5m1h", "the largest first"},
    {"ts - a.ts < 1.5h", "1.5h", "write `1h30m`"},
    {"ts - a.ts < 106751991168d", "106751991168d", "too long"},
    {"v > -0x10", "0x10", "numbers are decimal"},
    {"v > 1_000", "1_000", "`1000`"},
    {"v > 5. ", "5.", "write `5.0`"},
    {"d > 1.0e999", "1.0e999", "out of the range"},
    {"v == NULL", "NULL", "did you mean `null`"},
    {"b == TRUE", "TRUE", "did you mean `true`"},
    {"v ** 2 == 1", "**", "pow(x, y)"},
    {"v == 1 ? true : false", "?", "if(condition, then, else)"},
    {"`` == 1", "``", "nothing stands"},
    {"ts < now()", "now", "results depend on the events alone"},
};

const char* const kFine[] = {"v > -9223372036854775808",
                             "v > 2.5",
                             "d == v",
                             "ts - a.ts < 5m",
                             "ts - 1h < a.ts",
                             "ts + 2 * 1h / 3 > a.ts",
                             "b",
                             "not b or b is null",
                             "k + \"x\" == \"yx\"",
                             "if(b, 1, 2.5) > 2",
                             "v in (1, 2.5, null)",
                             "k not in (\"a\")",
                             "k matches \"^a.*\"",
                             "count(a) == 1",
                             "sum(a.v) + avg(a.d) > min(a.v) + max(a.d)",
                             "min(a.k) == \"x\"",
                             "first(a.ts, 1) is null",
                             "a.v is null or v > a.v",
                             "coalesce(a.v, 0) > 1",
                             "v % 2 == 0",
                             "k < \"m\"",
                             "hour(ts, \"+02:00\") > 5",
                             "null is null",
                             "-(ts - a.ts) < 0s"};

}  // namespace

TEST_CASE("what does not go together is refused, with the way out") {
  for (const Refused& r : kRefused) {
    Compiled c = compile_condition(r.expression);
    CAPTURE(r.expression);
    CAPTURE(c.text());
    CHECK(c.errors() == 1);
    if (c.errors() != 1) continue;
    CHECK(c.place(0) == r.place);
    CHECK(contains(c.message(0), r.message));
  }
}

TEST_CASE("what goes together loads") {
  for (const char* expression : kFine) {
    Compiled c = compile_condition(expression);
    CAPTURE(c.text());
    CHECK(c.ok());
  }
}

TEST_CASE("result types of select become the pattern's fields") {
  Compiled c = compile_text(
      kStream +
      "pattern p on e by k { begin a next b within 1m\n"
      "select gap = b.ts - a.ts, mean = avg(a.v), n = count(a), s = a.v + b.d, later = a.ts + 1h, total = "
      "sum(a.v), w = if(a.b, 1, 2.0) }\n"
      "pattern q2 on p by k { begin a times 2 select g = sum(a.gap), m = avg(a.gap) < 5s within 1h }\n"
      "pattern q on p by k { begin a where gap > 5s and mean > 1.5 and start < end within 1h }\n");
  CAPTURE(c.text());
  REQUIRE(c.ok());
  const auto& fields = c.node("p").schema.fields;
  std::vector<Type> types;
  for (const auto& f : fields) types.push_back(f.type);
  CHECK(types == std::vector<Type>{Type::kString, Type::kTimestamp, Type::kTimestamp, Type::kDuration,
                                   Type::kDouble, Type::kInt, Type::kDouble, Type::kTimestamp, Type::kInt,
                                   Type::kDouble});
  CHECK(c.pattern("p").select[1].expr->field_type == Type::kInt);
}

TEST_CASE("a comparison with null is warned of") {
  Compiled c = compile_condition("v == null or k != null");
  CHECK(c.ok());
  CHECK(contains(c.text(), "write `v is null`"));
  CHECK(contains(c.text(), "write `k is not null`"));
}

TEST_CASE("constants are folded and overflow is an error") {
  Compiled c =
      compile_text("let w = 2 * 5m + 30s\n" + kStream + "pattern p on e { begin a next b within w - 30s }");
  REQUIRE(c.ok());
  CHECK(c.pattern("p").within_ms == 600'000);
  CHECK(contains(compile_text("let x = 9223372036854775807 + 1\n").text(), "overflows"));
  CHECK(contains(compile_text("let x = 1 / 0\n").text(), "divided by zero"));
  CHECK(contains(compile_pattern("begin a next b within 5").text(), "write the unit: 5s"));
  CHECK(contains(compile_pattern("begin a next b within 5m - 10m").text(), "longer than 0s"));
  CHECK(contains(compile_pattern("begin a next b within \"5m\"").text(), "needs a duration"));
}

}  // namespace cep::lang

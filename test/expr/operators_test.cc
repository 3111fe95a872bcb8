// The rules of expressions for operators: the cases of test/conformance/expressions-rules.yaml
// and more, as text in, text out.
#include <doctest/doctest.h>

#include "expr/sheet.h"

using cep::Type;
using cep::Value;
using cep::expr::test::Sheet;

namespace {

struct Case {
  std::string text;
  std::string result;
};

void check(Sheet sheet_of_fields(), std::initializer_list<Case> cases) {
  Sheet sheet = sheet_of_fields();
  for (const Case& c : cases) CHECK_MESSAGE(sheet.print(c.text) == c.result, c.text);
}

Sheet plain() {
  return Sheet({{"n", Type::kInt, Value::integer(3)},
                {"d", Type::kDouble, Value::real(2.5)},
                {"s", Type::kString, Value::string("user-42@example.org")},
                {"b", Type::kBool, Value::boolean(true)},
                {"ts", Type::kTimestamp, Value::timestamp(1772600767089)},
                {"t", Type::kTimestamp, Value::timestamp(1772600400000)},
                {"z", Type::kInt, Value::integer(0)},
                {"big", Type::kInt, Value::integer(INT64_MAX)},
                {"small", Type::kInt, Value::integer(INT64_MIN)},
                {"gap", Type::kDuration, Value::duration(90000)},
                {"zero", Type::kDouble, Value::real(0.0)}});
}
Sheet nulls() {
  return Sheet({{"n", Type::kInt},
                {"d", Type::kDouble},
                {"s", Type::kString},
                {"b", Type::kBool},
                {"ts", Type::kTimestamp}});
}

}  // namespace

TEST_CASE("integers") {
  check(plain, {{"1 + 2 * 3", "7"},
                {"(1 + 2) * 3", "9"},
                {"7 / 2", "3"},
                {"-7 / 2", "-3"},
                {"-7 % 3", "-1"},
                {"7 % -3", "1"},
                {"10 - 4 - 3", "3"},
                {"-n", "-3"},
                {"n * n + n", "12"},
                {"small % -1", "0"},
                {"big % 10", "7"}});
}

TEST_CASE("doubles") {
  check(plain, {{"d * 2", "5.0"},
                {"7 / 2.0", "3.5"},
                {"d - 1", "1.5"},
                {"1 / d", "0.4"},
                {"d / d", "1.0"},
                {"d / 5", "0.5"},
                {"n / d", "1.2"},
                {"7.5 % 2", "1.5"},
                {"-7.5 % 2", "-1.5"},
                {"1e300 * 10", "1e+301"},
                {"-zero", "-0.0"}});
}

TEST_CASE("what has no finite result is null") {
  check(plain, {{"big + 1", "null"},
                {"big * 2", "null"},
                {"small - 1", "null"},
                {"-small", "null"},
                {"big - 1", "9223372036854775806"},
                {"small / -1", "null"},
                {"abs(small)", "null"},
                {"1 / z", "null"},
                {"1 % z", "null"},
                {"1.5 / zero", "null"},
                {"1.5 % zero", "null"},
                {"zero / zero", "null"},
                {"z / 1", "0"},
                {"coalesce(1 / z, -1)", "-1"},
                {"1e300 * 1e300", "null"},
                {"ts + 106751991167d", "null"},
                {"gap * big", "null"},
                {"gap * 1e300", "null"},
                {"gap / z", "null"},
                {"gap / zero", "null"}});
}

TEST_CASE("faults are counted, at each evaluation") {
  Sheet sheet = plain();
  for (const char* text : {"big + 1", "1 / z", "1 % z", "1.5 / zero", "-small", "abs(small)", "sqrt(-1.0)",
                           "1 / 0", "gap * big"}) {
    sheet.print(text);
    CHECK_MESSAGE(sheet.faults() == 1, text);
  }
  for (const char* text :
       {"1 + 1", "if(true, 1, 1 / 0)", "to_int(\"x\")", "null + 1", "false and 1 / z == 1"}) {
    sheet.print(text);
    CHECK_MESSAGE(sheet.faults() == 0, text);
  }
}

TEST_CASE("null in, null out") {
  check(nulls, {{"n + 1", "null"},
                {"n == n", "null"},
                {"n != 1", "null"},
                {"s + \"x\"", "null"},
                {"not b", "null"},
                {"-n", "null"},
                {"n is null", "true"},
                {"s is not null", "false"},
                {"n + 1 is null", "true"},
                {"null == null", "null"},
                {"d < 1", "null"},
                {"s == \"a\"", "null"},
                {"s != \"a\"", "null"},
                {"s matches \"x\"", "null"},
                {"not (s matches \"x\")", "null"},
                {"1 < n", "null"},
                {"b == true", "null"},
                {"null + 1", "null"},
                {"-null", "null"},
                {"not null", "null"},
                {"n in (1, 2)", "null"},
                {"s not in (\"a\")", "null"},
                {"ts - ts", "null"},
                {"\"a\" + s + \"b\"", "null"},
                {"b", "null"}});
}

TEST_CASE("three-valued and, or") {
  check(nulls, {{"b and false", "false"},
                {"false and b", "false"},
                {"b and true", "null"},
                {"b or true", "true"},
                {"true or b", "true"},
                {"b or false", "null"},
                {"b and b", "null"},
                {"b or b or true", "true"},
                {"b and b and false", "false"},
                {"null and false", "false"},
                {"null or true", "true"},
                {"not (b and false)", "true"},
                {"n > 3 or n is null", "true"}});
}

TEST_CASE("in and null") {
  check(plain,
        {{"n in (1, 3)", "true"},
         {"n in (1, 2)", "false"},
         {"n in (1, null)", "null"},
         {"n in (3, null)", "true"},
         {"n not in (1, 2)", "true"},
         {"n not in (1, null)", "null"},
         {"n not in (3, null)", "false"},
         {"null in (1)", "null"},
         {"n in (z, n)", "true"},
         {"n in (z, null, n + 0)", "true"},
         {"n not in (z, 1 / z)", "null"},
         {"2 in (1.0, 2.0)", "true"},
         {"n in (2.5, 3.0)", "true"},
         {"d in (2, 2.5)", "true"},
         {"d in (2, 3)", "false"},
         {"b in (true, false)", "true"},
         {"b in (false)", "false"},
         {"gap in (1m30s, 5s)", "true"},
         {"s in (\"a\", \"user-42@example.org\")", "true"},
         {"n in (1,2,4,5,6,7,8,9,10,11,12)", "false"},
         {"n in (12,11,10,9,8,7,6,5,4,3,2,1)", "true"},
         {"s in (\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"user-42@example.org\")", "true"},
         {"s in (\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"\")", "false"},
         {"zero in (-0.0)", "true"}});
}

TEST_CASE("if") {
  check(plain, {{"if(n > 2, \"big\", \"small\")", "big"},
                {"if(n > 5, 1, 2)", "2"},
                {"if(null, 1, 2)", "2"},
                {"if(n == 3, null, 1)", "null"},
                {"if(true, 1, 1 / 0)", "1"},
                {"if(b, 1, 2.5)", "1.0"},
                {"if(not b, 1, 2.5)", "2.5"},
                {"if(b, n > 2, false)", "true"},
                {"if(b, true, false) and n == 3", "true"}});
}

TEST_CASE("precedence") {
  check(plain, {{"not 1 == 2", "true"},
                {"true or false and false", "true"},
                {"(true or false) and false", "false"},
                {"1 + 1 == 2 and 2 * 2 == 4", "true"},
                {"not true or true", "true"},
                {"not (true or true)", "false"},
                {"2 + 3 in (5, 6)", "true"},
                {"-2 * 3", "-6"}});
}

TEST_CASE("ints and doubles compare by value") {
  check(plain, {{"n == 3.0", "true"},
                {"n < 3.5", "true"},
                {"d >= 2", "true"},
                {"n != 3.0", "false"},
                {"9007199254740993 == 9007199254740992.0", "false"},
                {"9007199254740992 == 9007199254740992.0", "true"},
                {"big < 9223372036854775807.0", "true"},
                {"big == 9223372036854775807.0", "false"},
                {"small == -9223372036854775808.0", "true"},
                {"small > -1e300", "true"},
                {"1e300 > big", "true"},
                {"d < big", "true"},
                {"n > d", "true"},
                {"-3 < -2.5", "true"},
                {"d == 9007199254740993", "false"},
                {"zero == -0.0", "true"}});
}

TEST_CASE("a constant may stand on either side") {
  check(plain, {{"3 == n", "true"},
                {"2 < n", "true"},
                {"2 > n", "false"},
                {"3 <= n", "true"},
                {"3 >= n", "true"},
                {"4 != n", "true"},
                {"2.0 < d", "true"},
                {"2 < d", "true"},
                {"3 > d", "true"},
                {"\"x\" != s", "true"},
                {"\"a\" < s", "true"},
                {"true == b", "true"}});
}

TEST_CASE("strings compare by their bytes") {
  check(plain, {{"\"a\" < \"b\"", "true"},
                {"\"Z\" < \"a\"", "true"},
                {"\"a\" < \"aa\"", "true"},
                {"\"10\" < \"9\"", "true"},
                {"\"a\" == \"A\"", "false"},
                {"\"a\" < \"\xc3\xa9\"", "true"},
                {"\"\" < \"a\"", "true"},
                {"\"\" == \"\"", "true"},
                {"s == \"user-42@example.org\"", "true"},
                {"s != \"user-42@example.or\"", "true"},
                {"s > \"user-42@example.or\"", "true"},
                {"\"a\" + \"b\" + \"c\"", "abc"},
                {"(\"a\" + s) + (\"b\" + \"c\")", "auser-42@example.orgbc"},
                {"s + \"\" == s", "true"}});
}

TEST_CASE("regular expressions are not anchored") {
  check(plain, {{"s matches \"[0-9]+\"", "true"},
                {"s matches \"^user\"", "true"},
                {"s matches \"^example\"", "false"},
                {"s matches \"org$\"", "true"},
                {"s matches \"^user-[0-9]{2}@\"", "true"},
                {"s matches \"USER\"", "false"},
                {"s matches \"(?i)USER\"", "true"},
                {"s matches \"example\"", "true"},
                {"s matches \"example$\"", "false"},
                {"s matches \"^user-42@example$\"", "false"},
                {"s matches \"\"", "true"},
                {"s matches \"^$\"", "false"},
                {"\"\" matches \"^$\"", "true"},
                {"s matches \"a\\\\$\"", "false"},
                {"\"a$\" matches \"a\\\\$\"", "true"},
                {"\"x\\ny\" matches \"x$\"", "false"}});
}

TEST_CASE("timestamps and durations") {
  check(plain, {{"ts - t", "6m7s89ms"},
                {"t - ts", "-6m7s89ms"},
                {"t + 1h30m", "2026-03-04T06:30:00.000Z"},
                {"t - 1d", "2026-03-03T05:00:00.000Z"},
                {"1d + t", "2026-03-05T05:00:00.000Z"},
                {"ts - t < 10m", "true"},
                {"ts > t", "true"},
                {"t - t", "0s"},
                {"1h30m", "1h30m"},
                {"90s", "1m30s"},
                {"250ms + 750ms", "1s"},
                {"1h == 60m", "true"},
                {"7d > 6d", "true"},
                {"36h", "1d12h"},
                {"1m - 90s", "-30s"},
                {"10m * 3", "30m"},
                {"1h / 4", "15m"},
                {"3 * 10m", "30m"},
                {"-gap", "-1m30s"},
                {"10m * 0.5", "5m"},
                {"0.5 * 10m", "5m"},
                {"10s / 0.5", "20s"},
                {"10ms / 4", "2ms"},
                {"-10ms / 4", "-2ms"},
                {"10ms / 4.0", "3ms"},
                {"-10ms / 4.0", "-3ms"},
                {"gap == 90s", "true"},
                {"gap > 1m", "true"}});
}

TEST_CASE("a field that some inputs lack is null there") {
  Sheet sheet = plain();
  cep::expr::Arena arena;
  for (auto [slots, result] : {std::pair<std::vector<uint16_t>, std::string>{{0, 6}, "3"},
                               {{0, 0}, "3"},
                               {{cep::expr::kNoSlot, 0}, "null"}}) {
    auto e = std::make_shared<cep::expr::Expr>(*sheet.read("n"));
    e->slots = slots;
    cep::expr::EvalContext c = sheet.context(&arena);
    std::string text;
    cep::expr::append_text(cep::expr::Program(e).eval(c), &text);
    CHECK(text == result);
  }
}

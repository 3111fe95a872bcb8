// Every row of the function table: its example, the laws on nulls; then the rules of each function.
#include "expr/functions.h"

#include <doctest/doctest.h>

#include <set>

#include "expr/sheet.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::Sheet;

namespace {

Sheet sheet() {
  return Sheet({{"ts", Type::kTimestamp, Value::timestamp(1772600767089)},
                {"s", Type::kString},
                {"n", Type::kInt},
                {"d", Type::kDouble},
                {"t", Type::kTimestamp},
                {"word", Type::kString, Value::string("alpha.beta.gamma")},
                {"old", Type::kTimestamp, Value::timestamp(-1)},
                {"first", Type::kTimestamp, Value::timestamp(INT64_MIN)}});
}

struct Case {
  std::string text;
  std::string result;
};
void check(std::initializer_list<Case> cases) {
  Sheet s = sheet();
  for (const Case& c : cases) CHECK_MESSAGE(s.print(c.text) == c.result, c.text);
}

std::string reason(const std::string& text) {
  try {
    sheet().read(text);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

// Some constant that the function takes at this place, given nulls elsewhere.
ExprPtr fitting(const Function& f, size_t at, size_t count) {
  auto null = std::make_shared<Expr>();
  for (Value v : {Value::integer(1), Value::string("1"), Value::timestamp(0)}) {
    auto e = std::make_shared<Expr>();
    e->type = v.type;
    e->constant = OwnedValue(v);
    std::vector<ExprPtr> args(count, null);
    args[at] = e;
    Type type;
    auto field = std::make_shared<Expr>(*e);  // not constant, so that only types are checked
    field->op = Op::kField;
    field->slots = {0};
    args[at] = field;
    if (f.bind(args, &type).empty()) return e;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the example of every function is true") {
  for (const Function& f : functions())
    CHECK_MESSAGE(sheet().print(std::string(f.example)) == f.result, f.name);
}

TEST_CASE("the rows are whole, and found by name") {
  std::set<std::string_view> names;
  for (size_t i = 0; i < functions().size(); ++i) {
    const Function& f = functions()[i];
    CHECK(find_function(f.name) == static_cast<int>(i));
    CHECK(names.insert(f.name).second);
    CHECK(f.signature.starts_with(std::string(f.name) + "("));
    CHECK(f.summary.ends_with("."));
    CHECK(f.example.find(f.name) != std::string_view::npos);
  }
  CHECK(find_function("absolute") == -1);
  for (const char* name :
       {"abs",         "ceil",       "floor",     "round",       "sqrt",      "pow",         "exp",
        "ln",          "log10",      "least",     "greatest",    "coalesce",  "lower",       "upper",
        "trim",        "length",     "contains",  "starts_with", "ends_with", "substr",      "concat",
        "split_part",  "to_int",     "to_double", "to_string",   "hour",      "day_of_week", "date_trunc",
        "distance_km", "cidr_match", "hash"})
    CHECK_MESSAGE(find_function(name) >= 0, name);
}

TEST_CASE("a null argument, at whatever place, gives null") {
  for (size_t number = 0; number < functions().size(); ++number) {
    const Function& f = functions()[number];
    if (!f.null_in_null_out) continue;
    size_t count = static_cast<size_t>(f.max_args < 0 ? 12 : f.max_args);
    for (size_t null_at = 0; null_at < count; ++null_at) {
      auto call = std::make_shared<Expr>();
      call->op = Op::kCall;
      call->index = static_cast<int>(number);
      for (size_t i = 0; i < count; ++i) {
        call->args.push_back(i == null_at ? std::make_shared<Expr>() : fitting(f, i, count));
        REQUIRE_MESSAGE(call->args.back() != nullptr, f.name);
      }
      CHECK(f.bind(call->args, &const_cast<Type&>(call->type)).find("takes") == std::string::npos);
      Arena arena;
      EvalContext c;
      c.arena = &arena;
      CHECK_MESSAGE(Program(call).eval(c).is_null(), f.name);
      CHECK(c.faults == 0);
    }
  }
}

TEST_CASE("rounding") {
  check({{"ceil(1.2)", "2.0"},
         {"floor(1.8)", "1.0"},
         {"round(2.5)", "3.0"},
         {"round(-2.5)", "-3.0"},
         {"ceil(-1.2)", "-1.0"},
         {"floor(-1.2)", "-2.0"},
         {"abs(-3)", "3"},
         {"abs(-1.5)", "1.5"},
         {"ceil(3)", "3"},
         {"ceil(-0.5)", "0.0"},
         {"round(0.49999999999999994)", "0.0"},
         {"round(4503599627370497.5)", "4503599627370498.0"},
         {"abs(-5m)", "5m"},
         {"abs(2)", "2"}});
}

TEST_CASE("powers and logarithms") {
  check({{"sqrt(16.0)", "4.0"},
         {"pow(2, 10)", "1024.0"},
         {"exp(0.0)", "1.0"},
         {"ln(1.0)", "0.0"},
         {"log10(1000.0)", "3.0"},
         {"sqrt(-1.0)", "null"},
         {"ln(0.0)", "null"},
         {"pow(10.0, 400)", "null"},
         {"pow(0, 0)", "1.0"},
         {"exp(1000)", "null"},
         {"pow(-8, 0.5)", "null"}});
}

TEST_CASE("least, greatest, coalesce") {
  check({{"least(3, 1, 2)", "1"},
         {"greatest(3, 1, 2)", "3"},
         {"least(1, n)", "null"},
         {"coalesce(n, 7)", "7"},
         {"coalesce(n, null)", "null"},
         {"greatest(\"a\", \"b\")", "b"},
         {"least(1, 1.5)", "1.0"},
         {"greatest(1, 1.5)", "1.5"},
         {"coalesce(n, 1.5)", "1.5"},
         {"coalesce(1, 1.5)", "1.0"},
         {"least(5s, 1m)", "5s"},
         {"greatest(9007199254740993, 9007199254740992)", "9007199254740993"},
         {"coalesce(null)", "null"},
         {"greatest(1,2,3,4,5,6,7,8,9,10,11)", "11"},
         {"coalesce(s, \"x\") == \"x\"", "true"}});
}

TEST_CASE("letters and blanks") {
  check({{"trim(\"  Hello World \")", "Hello World"},
         {"upper(trim(\"  Hello World \"))", "HELLO WORLD"},
         {"lower(\"  Hello World \")", "  hello world "},
         {"length(\"  Hello World \")", "14"},
         {"concat(\"x\", \"-\", \"y\")", "x-y"},
         {"trim(\"\\n \")", ""},
         {"length(\"\")", "0"},
         {"upper(\"straße ñ ω я ÿ ı\")", "STRAßE Ñ Ω Я Ÿ I"},
         {"lower(\"ÀÞ ŁŻ ΑΣΏ ЁЯҐ ẞ\")", "àþ łż ασώ ёяґ ß"},
         {"upper(\"漢字 😀 x\")", "漢字 😀 X"},
         {"lower(\"×÷\")", "×÷"},
         {"length(\"😀é\")", "2"},
         {"upper(\"a\xff\xc3z\")", "A\xff\xc3Z"}});
}

TEST_CASE("parts of strings") {
  check({{"substr(word, 1, 5)", "alpha"},
         {"substr(word, 7)", "beta.gamma"},
         {"split_part(word, \".\", 2)", "beta"},
         {"split_part(word, \".\", 1)", "alpha"},
         {"split_part(word, \".\", 3)", "gamma"},
         {"split_part(word, \".\", 4)", "null"},
         {"split_part(word, \".\", 0)", "null"},
         {"split_part(word, \".\", -1)", "null"},
         {"split_part(word, \"\", 1)", "alpha.beta.gamma"},
         {"split_part(word, \"\", 2)", "null"},
         {"split_part(\"a--b\", \"-\", 2)", ""},
         {"split_part(\"\", \"-\", 1)", ""},
         {"substr(\"alpha\", 0, 3)", "al"},
         {"substr(\"alpha\", -5)", "alpha"},
         {"substr(\"alpha\", 9)", ""},
         {"substr(\"alpha\", 2, 0)", ""},
         {"substr(\"alpha\", 2, -1)", ""},
         {"substr(\"alpha\", 2, 99)", "lpha"},
         {"substr(\"äöü😀z\", 2, 3)", "öü😀"},
         {"substr(\"alpha\", 2, 9223372036854775807)", "lpha"},
         {"substr(\"a\", -9223372036854775808, -5)", ""}});
}

TEST_CASE("looking into strings") {
  check({{"contains(word, \"a.b\")", "true"},
         {"starts_with(word, \"alp\")", "true"},
         {"ends_with(word, \"gamma\")", "true"},
         {"contains(word, \"\")", "true"},
         {"starts_with(word, \"lpha\")", "false"},
         {"ends_with(word, \"alpha\")", "false"}});
}

TEST_CASE("conversions") {
  check({{"to_int(\"12\") + 1", "13"},
         {"to_int(\"x\")", "null"},
         {"to_int(3.9)", "3"},
         {"to_int(-3.9)", "-3"},
         {"to_double(\"1.5\")", "1.5"},
         {"to_string(12)", "12"},
         {"to_string(true)", "true"},
         {"to_double(3)", "3.0"},
         {"to_int(\"-3.9\")", "-3"},
         {"to_int(\"1e3\")", "1000"},
         {"to_int(\"\")", "null"},
         {"to_int(\" 12\")", "null"},
         {"to_int(\"12x\")", "null"},
         {"to_int(\"+7\")", "7"},
         {"to_int(\"+-7\")", "null"},
         {"to_int(\"inf\")", "null"},
         {"to_double(\"nan\")", "null"},
         {"to_double(\"0x10\")", "null"},
         {"to_double(\"1e400\")", "null"},
         {"to_int(\"9223372036854775807\")", "9223372036854775807"},
         {"to_int(\"9223372036854775808\")", "null"},
         {"to_int(1e19)", "null"},
         {"to_int(-9223372036854775808.0)", "-9223372036854775808"},
         {"to_int(9223372036854775808.0)", "null"},
         {"to_int(90s)", "90000"},
         {"to_int(ts)", "1772600767089"},
         {"to_string(1.0)", "1.0"},
         {"to_string(1e300)", "1e+300"},
         {"to_string(ts)", "2026-03-04T05:06:07.089Z"},
         {"to_string(0.1)", "0.1"},
         {"concat(1, \" \", 2.0, \" \", 90s)", "1 2.0 1m30s"}});
}

TEST_CASE("dates") {
  check({{"hour(ts, \"+02:00\")", "7"},
         {"hour(ts)", "5"},
         {"day_of_week(ts)", "3"},
         {"date_trunc(\"hour\", ts)", "2026-03-04T05:00:00.000Z"},
         {"date_trunc(\"day\", ts)", "2026-03-04T00:00:00.000Z"},
         {"date_trunc(\"minute\", ts)", "2026-03-04T05:06:00.000Z"},
         {"date_trunc(\"second\", ts)", "2026-03-04T05:06:07.000Z"},
         {"date_trunc(\"month\", ts)", "2026-03-01T00:00:00.000Z"},
         {"date_trunc(\"week\", ts)", "2026-03-02T00:00:00.000Z"},
         {"date_trunc(\"quarter\", ts)", "2026-01-01T00:00:00.000Z"},
         {"date_trunc(\"quarter\", ts + 100d)", "2026-04-01T00:00:00.000Z"},
         {"date_trunc(\"year\", ts)", "2026-01-01T00:00:00.000Z"},
         {"date_trunc(\"day\", ts, \"-06:00\")", "2026-03-03T06:00:00.000Z"},
         {"date_trunc(\"month\", ts, \"+02:00\")", "2026-02-28T22:00:00.000Z"},
         {"hour(ts, \"-05:30\")", "23"},
         {"day_of_week(ts, \"-05:30\")", "2"},
         {"hour(ts, \"Z\")", "5"},
         {"hour(ts, word)", "null"},
         {"date_trunc(word, ts)", "null"},
         {"hour(old)", "23"},
         {"day_of_week(old)", "3"},
         {"date_trunc(\"week\", old)", "1969-12-29T00:00:00.000Z"},
         {"date_trunc(\"day\", old)", "1969-12-31T00:00:00.000Z"},
         {"date_trunc(\"week\", ts - 2d - 5h - 6m - 7s - 89ms)", "2026-03-02T00:00:00.000Z"},
         {"date_trunc(\"week\", ts - 2d - 5h - 6m - 7s - 90ms)", "2026-02-23T00:00:00.000Z"},
         {"date_trunc(\"year\", first)", "null"},
         {"hour(first, \"-01:00\")", "null"},
         {"day_of_week(ts + 4d)", "7"},
         {"day_of_week(ts + 5d)", "1"}});
}

TEST_CASE("networks") {
  check({{"cidr_match(\"10.1.2.3\", \"10.0.0.0/8\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"10.1.2.0/30\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"10.1.2.4/30\")", "false"},
         {"cidr_match(\"10.1.2.3\", \"0.0.0.0/0\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"10.1.2.3\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"10.1.2.3/32\")", "true"},
         {"cidr_match(\"10.1.2.2\", \"10.1.2.3/32\")", "false"},
         {"cidr_match(\"10.200.2.3\", \"10.1.2.3/8\")", "true"},
         {"cidr_match(\"2001:db8::1\", \"2001:db8::/32\")", "true"},
         {"cidr_match(\"2001:db9::1\", \"2001:db8::/32\")", "false"},
         {"cidr_match(\"2001:DB8:0:0:0:0:0:1\", \"2001:db8::1\")", "true"},
         {"cidr_match(\"::1\", \"::1/128\")", "true"},
         {"cidr_match(\"fe80::1\", \"fe80::/10\")", "true"},
         {"cidr_match(\"fec0::1\", \"fe80::/10\")", "false"},
         {"cidr_match(\"::ffff:10.1.2.3\", \"10.0.0.0/8\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"::ffff:10.0.0.0/104\")", "true"},
         {"cidr_match(\"10.1.2.3\", \"::/0\")", "false"},
         {"cidr_match(\"2001:db8::1\", \"0.0.0.0/0\")", "false"},
         {"cidr_match(\"2001::\", \"::/0\")", "true"},
         {"cidr_match(\"1:2:3:4:5:6:7:8\", \"1:2:3:4:5:6:7:8\")", "true"},
         {"cidr_match(\"1:2:3:4:5:6:7.8.9.10\", \"1:2:3:4:5:6::/96\")", "true"}});
  for (const char* ip :
       {"", "10.1.2", "10.1.2.3.4", "10.1.2.256", "10.1.2.03", "10.1.2.3 ", "x", "1:2:3:4:5:6:7", "1::2::3",
        ":::", "1:2:3:4:5:6:7:8:9", "12345::", "1:2:3:4:5:6:7::8", "::1:", ":1::", "::g", "10.1.2.3::"})
    CHECK_MESSAGE(sheet().print("cidr_match(\"" + std::string(ip) + "\", \"10.0.0.0/8\")") == "null", ip);
}

TEST_CASE("distances") {
  check({{"distance_km(48.8566, 2.3522, 51.5074, -0.1278) > 343.5", "true"},
         {"distance_km(48.8566, 2.3522, 51.5074, -0.1278) < 343.6", "true"},
         {"distance_km(1.0, 1.0, 1.0, 1.0)", "0.0"},
         {"distance_km(0, 179, 0, -179)", "222.389853"},
         {"distance_km(90, 0, -90, 50)", "20015.086796"},
         {"distance_km(91, 0, 0, 0)", "null"},
         {"distance_km(0, 0, 0, 360)", "0.0"}});
}

TEST_CASE("hash is a function of the value, the same for ever") {
  check({{"hash(\"a\") == hash(\"a\")", "true"},
         {"hash(\"a\") == hash(\"b\")", "false"},
         {"hash(2) == hash(2.0)", "true"},
         {"hash(2.5) == hash(2)", "false"},
         {"hash(0.0) == hash(-0.0)", "true"},
         {"hash(\"\")", "1622210670741801569"},
         {"hash(n)", "null"}});
}

TEST_CASE("a wrong argument is answered with what fits") {
  CHECK(reason("length(5)") == "`length` takes a string, not an int");
  CHECK(reason("abs(\"x\")") == "`abs` takes a number or a duration, not a string");
  CHECK(reason("substr(\"x\", 1.5)") == "`substr` takes an int as its second argument, not a double");
  CHECK(reason("hour(5)") == "`hour` takes a timestamp as its first argument, not an int");
  CHECK(reason("least(1, \"x\")") == "`least` takes values of one type, not an int and a string");
  CHECK(reason("greatest(true, false)") == "`greatest` takes values that have an order, not a bool");
  CHECK(reason("to_int(true)") == "`to_int` takes a string, a number, a timestamp or a duration, not a bool");
  CHECK(reason("date_trunc(\"hours\", ts)") ==
        "`date_trunc` knows no unit \"hours\"; did you mean \"hour\"?");
  CHECK(reason("date_trunc(\"xyzzy\", ts)") ==
        "`date_trunc` knows no unit \"xyzzy\"; the units are second, minute, hour, day, week, month, "
        "quarter, year");
  CHECK(reason("hour(ts, \"CET\")") == "\"CET\" is no offset from UTC; write it as \"+02:00\"");
  CHECK(reason("cidr_match(word, \"10.0.0.0/33\")") ==
        "\"10.0.0.0/33\" is no network; write it as \"10.0.0.0/8\" or \"2001:db8::/32\"");
  CHECK(reason("length(null)") == "");
}

// The table. To add a function: a body in functions/<family>.cc, a row here; its example runs as a test, and
// so do the laws on nulls.
#include "expr/functions.h"

#include "expr/functions/bind.h"
#include "expr/functions/bodies.h"

namespace cep::expr {
namespace {

namespace fn = functions_detail;
using fn::Kind;
using Arguments = std::span<const ExprPtr>;

// The first reason of several.
std::string first_of(std::string a, std::string b) { return a.empty() ? b : a; }

// The type of an argument as the result's.
Type type_of(Arguments a, size_t index) { return index < a.size() ? a[index]->type : Type::kNull; }

std::string bind_same_number(std::string_view name, Arguments a, Type* type, Kind kind) {
  *type = type_of(a, 0);
  return fn::expect(name, a, {kind});
}

std::string bind_real(std::string_view name, Arguments a, Type* type) {
  *type = Type::kDouble;
  if (a.size() < 2) return fn::expect(name, a, {Kind::kNumber});
  return fn::expect(name, a, {Kind::kNumber, Kind::kNumber, Kind::kNumber, Kind::kNumber});
}

std::string bind_text(std::string_view name, Arguments a, Type result, Type* type) {
  *type = result;
  if (a.size() < 2) return fn::expect(name, a, {Kind::kText});
  return fn::expect(name, a, {Kind::kText, Kind::kText});
}

std::string bind_ordered(std::string_view name, Arguments a, Type* type) {
  std::string reason = fn::expect_alike(name, a, type);
  if (!reason.empty() || *type != Type::kBool) return reason;
  return "`" + std::string(name) + "` takes values that have an order, not a bool";
}

std::string bind_calendar(std::string_view name, Arguments a, Type* type) {
  *type = Type::kInt;
  return first_of(fn::expect(name, a, {Kind::kTime, Kind::kText}),
                  fn::expect_constant(a, 1, fn::check_offset));
}

std::string bind_date_trunc(Arguments a, Type* type) {
  *type = Type::kTimestamp;
  std::string reason = fn::expect("date_trunc", a, {Kind::kText, Kind::kTime, Kind::kText});
  reason = first_of(reason, fn::expect_constant(a, 0, fn::check_unit));
  return first_of(reason, fn::expect_constant(a, 2, fn::check_offset));
}

std::string bind_cidr_match(Arguments a, Type* type) {
  return first_of(bind_text("cidr_match", a, Type::kBool, type),
                  fn::expect_constant(a, 1, fn::check_network));
}

std::string bind_any(Type result, Type* type) {
  *type = result;
  return "";
}

std::string bind_convertible(std::string_view name, Arguments a, Type result, Type* type) {
  *type = result;
  return fn::expect(name, a, {Kind::kConvertible});
}

constexpr Function kFunctions[] = {
    {"abs", "abs(x number or duration) same", "The value without its sign.", "abs(-3)", "3", 1, 1, true,
     [](Arguments a, Type* t) { return bind_same_number("abs", a, t, Kind::kMeasure); }, fn::abs},
    {"ceil", "ceil(x number) same", "The least whole number not below x.", "ceil(1.2)", "2.0", 1, 1, true,
     [](Arguments a, Type* t) { return bind_same_number("ceil", a, t, Kind::kNumber); }, fn::ceil},
    {"floor", "floor(x number) same", "The greatest whole number not above x.", "floor(-1.2)", "-2.0", 1, 1,
     true, [](Arguments a, Type* t) { return bind_same_number("floor", a, t, Kind::kNumber); }, fn::floor},
    {"round", "round(x number) same", "The nearest whole number, half away from zero.", "round(-2.5)", "-3.0",
     1, 1, true, [](Arguments a, Type* t) { return bind_same_number("round", a, t, Kind::kNumber); },
     fn::round},
    {"sqrt", "sqrt(x number) double", "The square root; null below zero.", "sqrt(16)", "4.0", 1, 1, true,
     [](Arguments a, Type* t) { return bind_real("sqrt", a, t); }, fn::sqrt},
    {"pow", "pow(x number, y number) double", "x to the power of y.", "pow(2, 10)", "1024.0", 2, 2, true,
     [](Arguments a, Type* t) { return bind_real("pow", a, t); }, fn::pow},
    {"exp", "exp(x number) double", "e to the power of x.", "exp(0)", "1.0", 1, 1, true,
     [](Arguments a, Type* t) { return bind_real("exp", a, t); }, fn::exp},
    {"ln", "ln(x number) double", "The natural logarithm; null for zero and below.", "ln(1)", "0.0", 1, 1,
     true, [](Arguments a, Type* t) { return bind_real("ln", a, t); }, fn::ln},
    {"log10", "log10(x number) double", "The decimal logarithm; null for zero and below.", "log10(1000)",
     "3.0", 1, 1, true, [](Arguments a, Type* t) { return bind_real("log10", a, t); }, fn::log10},
    {"least", "least(x, …) same", "The smallest value; null if any is null.", "least(3, 1, 2)", "1", 1, -1,
     true, [](Arguments a, Type* t) { return bind_ordered("least", a, t); }, fn::least},
    {"greatest", "greatest(x, …) same", "The greatest value; null if any is null.", "greatest(\"a\", \"b\")",
     "b", 1, -1, true, [](Arguments a, Type* t) { return bind_ordered("greatest", a, t); }, fn::greatest},
    {"coalesce", "coalesce(x, …) same", "The first value that is not null; null if all are.",
     "coalesce(null, 7)", "7", 1, -1, false,
     [](Arguments a, Type* t) { return fn::expect_alike("coalesce", a, t); }, fn::coalesce},
    {"lower", "lower(s string) string", "Letters in lower case (Latin, Greek, Cyrillic; one for one).",
     "lower(\"Ärger\")", "ärger", 1, 1, true,
     [](Arguments a, Type* t) { return bind_text("lower", a, Type::kString, t); }, fn::lower},
    {"upper", "upper(s string) string", "Letters in upper case (Latin, Greek, Cyrillic; one for one).",
     "upper(\"abc\")", "ABC", 1, 1, true,
     [](Arguments a, Type* t) { return bind_text("upper", a, Type::kString, t); }, fn::upper},
    {"trim", "trim(s string) string", "Without blanks, tabs and line ends at both ends.", "trim(\" a b \")",
     "a b", 1, 1, true, [](Arguments a, Type* t) { return bind_text("trim", a, Type::kString, t); },
     fn::trim},
    {"length", "length(s string) int", "The number of code points.", "length(\"né\")", "2", 1, 1, true,
     [](Arguments a, Type* t) { return bind_text("length", a, Type::kInt, t); }, fn::length},
    {"contains", "contains(s string, part string) bool", "Whether part occurs in s.",
     "contains(\"alpha\", \"ph\")", "true", 2, 2, true,
     [](Arguments a, Type* t) { return bind_text("contains", a, Type::kBool, t); }, fn::contains},
    {"starts_with", "starts_with(s string, prefix string) bool", "Whether s begins with prefix.",
     "starts_with(\"alpha\", \"al\")", "true", 2, 2, true,
     [](Arguments a, Type* t) { return bind_text("starts_with", a, Type::kBool, t); }, fn::starts_with},
    {"ends_with", "ends_with(s string, suffix string) bool", "Whether s ends with suffix.",
     "ends_with(\"alpha\", \"al\")", "false", 2, 2, true,
     [](Arguments a, Type* t) { return bind_text("ends_with", a, Type::kBool, t); }, fn::ends_with},
    {"substr", "substr(s string, from int[, length int]) string",
     "The code points from number `from` on (the first is 1), at most `length`.", "substr(\"alpha\", 2, 3)",
     "lph", 2, 3, true,
     [](Arguments a, Type* t) {
       *t = Type::kString;
       return fn::expect("substr", a, {Kind::kText, Kind::kInt, Kind::kInt});
     },
     fn::substr},
    {"concat", "concat(x, …) string", "The values as text, one behind the other; null if any is null.",
     "concat(\"x\", 1, true)", "x1true", 1, -1, true,
     [](Arguments, Type* t) { return bind_any(Type::kString, t); }, fn::concat},
    {"split_part", "split_part(s string, separator string, n int) string",
     "Part number n (the first is 1) of s cut at each separator; null if out of range.",
     "split_part(\"a.b.c\", \".\", 2)", "b", 3, 3, true,
     [](Arguments a, Type* t) {
       *t = Type::kString;
       return fn::expect("split_part", a, {Kind::kText, Kind::kText, Kind::kInt});
     },
     fn::split_part},
    {"to_int", "to_int(x string, number, timestamp or duration) int",
     "Cut towards zero; times in milliseconds; null for text that is no number, and out of range.",
     "to_int(-3.9)", "-3", 1, 1, true,
     [](Arguments a, Type* t) { return bind_convertible("to_int", a, Type::kInt, t); }, fn::to_int},
    {"to_double", "to_double(x string, number, timestamp or duration) double",
     "The number as a double; times in milliseconds; null for text that is no number.", "to_double(\"1.5\")",
     "1.5", 1, 1, true,
     [](Arguments a, Type* t) { return bind_convertible("to_double", a, Type::kDouble, t); }, fn::to_double},
    {"to_string", "to_string(x) string", "The value as a message prints it.", "to_string(90s)", "1m30s", 1, 1,
     true, [](Arguments, Type* t) { return bind_any(Type::kString, t); }, fn::to_string},
    {"hour", "hour(t timestamp[, offset string]) int",
     "The hour of the day, 0 to 23, in UTC or at a fixed offset.", "hour(ts, \"+02:00\")", "7", 1, 2, true,
     [](Arguments a, Type* t) { return bind_calendar("hour", a, t); }, fn::hour},
    {"day_of_week", "day_of_week(t timestamp[, offset string]) int",
     "1 on Monday to 7 on Sunday, in UTC or at a fixed offset.", "day_of_week(ts)", "3", 1, 2, true,
     [](Arguments a, Type* t) { return bind_calendar("day_of_week", a, t); }, fn::day_of_week},
    {"date_trunc", "date_trunc(unit string, t timestamp[, offset string]) timestamp",
     "The beginning of the second, minute, hour, day, week (from Monday), month, quarter or year, in UTC or "
     "at a fixed offset.",
     "date_trunc(\"week\", ts)", "2026-03-02T00:00:00.000Z", 2, 3, true, bind_date_trunc, fn::date_trunc},
    {"distance_km", "distance_km(lat1 number, lon1 number, lat2 number, lon2 number) double",
     "The way over a sphere of 6371 km radius between two places in degrees, to a millimetre; null for a "
     "latitude beyond 90.",
     "distance_km(0, 0, 0, 180)", "20015.086796", 4, 4, true,
     [](Arguments a, Type* t) { return bind_real("distance_km", a, t); }, fn::distance_km},
    {"cidr_match", "cidr_match(ip string, network string) bool",
     "Whether the address (IPv4 or IPv6) lies in the network; null if the text is no address.",
     "cidr_match(\"10.1.2.3\", \"10.0.0.0/8\")", "true", 2, 2, true, bind_cidr_match, fn::cidr_match},
    {"hash", "hash(x) int",
     "A number from 0 to 2^63 - 1 that depends on the value alone (XXH3); equal numbers hash alike.",
     "hash(\"a\") == hash(\"a\")", "true", 1, 1, true,
     [](Arguments, Type* t) { return bind_any(Type::kInt, t); }, fn::hash},
};

}  // namespace

std::span<const Function> functions() { return kFunctions; }

int find_function(std::string_view name) {
  for (size_t i = 0; i < std::size(kFunctions); ++i)
    if (kFunctions[i].name == name) return static_cast<int>(i);
  return -1;
}

}  // namespace cep::expr

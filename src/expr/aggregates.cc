// The table. To add an aggregate: a struct in aggregates/<family>.cc, a row here; its example runs as a test,
// and so do the laws of merging, keeping and nulls.
#include "expr/aggregates.h"

#include "expr/aggregates/accumulator.h"

namespace cep::expr {
namespace {

std::string with_article(Type t) {
  std::string name(type_name(t));
  return (t == Type::kInt ? "an " : "a ") + name;
}
std::string refusal(const char* name, const char* takes, Type given) {
  return "`" + std::string(name) + "` takes " + takes + ", not " + with_article(given);
}

bool is_number(Type t) { return t == Type::kInt || t == Type::kDouble || t == Type::kNull; }

std::string bind_any(const char* name, Type argument, Type given, Type* result) {
  *result = given;
  return argument == Type::kList ? refusal(name, "single values", argument) : "";
}
std::string bind_sum(const char* name, Type argument, Type given, Type* result) {
  *result = argument == Type::kDuration ? argument : given;
  return is_number(argument) || argument == Type::kDuration
             ? ""
             : refusal(name, "numbers or durations", argument);
}
std::string bind_ordered(const char* name, Type argument, Type* result) {
  *result = argument;
  bool fits = argument != Type::kBool && argument != Type::kList;
  return fits ? "" : refusal(name, "values that have an order", argument);
}
std::string bind_number(const char* name, Type argument, Type* result) {
  *result = Type::kDouble;
  if (argument == Type::kDuration)
    return refusal(name, "numbers", argument) + "; to_double(x) gives its milliseconds";
  return is_number(argument) ? "" : refusal(name, "numbers", argument);
}

constexpr Aggregate kAggregateTable[] = {
    {"count", "count([x]) int", "The number of events, or of values that are not null.",
     "count(x) over 1, null, 3", "2", 0, 1, true,
     [](Type, Type* t) {
       *t = Type::kInt;
       return std::string();
     },
     make_count},
    {"sum", "sum(x number or duration) same",
     "The sum; null if there is no value or an int or duration overflows.", "sum(x) over 1, 2, null", "3", 1, 1,
     true, [](Type a, Type* t) { return bind_sum("sum", a, a, t); }, make_sum},
    {"avg", "avg(x number or duration) double or duration",
     "The average, of durations a duration; null if there is no value.", "avg(x) over 1, 2, null", "1.5", 1, 1,
     true, [](Type a, Type* t) { return bind_sum("avg", a, Type::kDouble, t); }, make_avg},
    {"min", "min(x) same", "The least value; null if there is none.", "min(x) over \"b\", \"a\"", "a", 1, 1,
     true, [](Type a, Type* t) { return bind_ordered("min", a, t); }, make_min},
    {"max", "max(x) same", "The greatest value; null if there is none.", "max(x) over 1.5, 2.5, -3.0", "2.5", 1,
     1, true, [](Type a, Type* t) { return bind_ordered("max", a, t); }, make_max},
    {"first", "first(x) same", "The first value by event time, then by place in the input.",
     "first(x) over null, 7, 8", "7", 1, 1, true, [](Type a, Type* t) { return bind_any("first", a, a, t); },
     make_first},
    {"last", "last(x) same", "The last value by event time, then by place in the input.",
     "last(x) over 7, 8, null", "8", 1, 1, true, [](Type a, Type* t) { return bind_any("last", a, a, t); },
     make_last},
    {"stddev", "stddev(x number) double", "The standard deviation of a sample; null below two values.",
     "stddev(x) over 2, 4, 6", "2.0", 1, 1, true,
     [](Type a, Type* t) { return bind_number("stddev", a, t); }, make_stddev},
    {"variance", "variance(x number) double", "The variance of a sample; null below two values.",
     "variance(x) over 2, 4, 6", "4.0", 1, 1, true,
     [](Type a, Type* t) { return bind_number("variance", a, t); }, make_variance},
    {"median", "median(x number) double", "The value in the middle, or half way between the two there.",
     "median(x) over 10, 20, 40, 40", "30.0", 1, 1, false,
     [](Type a, Type* t) { return bind_number("median", a, t); }, make_median},
    {"percentile", "percentile(x number, p number) double",
     "The value below which the part p (0 to 1) of the values lies, interpolated.",
     "percentile(x, 0.25) over 10, 20, 40, 40", "17.5", 2, 2, false,
     [](Type a, Type* t) { return bind_number("percentile", a, t); }, make_percentile},
    {"count_distinct", "count_distinct(x) int", "The number of different values, null not counted.",
     "count_distinct(x) over \"a\", \"b\", null, \"a\"", "2", 1, 1, false,
     [](Type a, Type* t) { return bind_any("count_distinct", a, Type::kInt, t); }, make_count_distinct},
    {"approx_count_distinct", "approx_count_distinct(x) int",
     "The number of different values, exact up to 512, then with a standard error of 1.6 %, in at most 4 KB.",
     "approx_count_distinct(x) over 1, 2, 1, null", "2", 1, 1, true,
     [](Type a, Type* t) { return bind_any("approx_count_distinct", a, Type::kInt, t); },
     make_approx_count_distinct},
    {"approx_percentile", "approx_percentile(x number, p number) double",
     "As percentile, from values that are rounded by at most 0.8 % (more if they span over 32 powers of two), "
     "in at most 32 KB.",
     "approx_percentile(x, 1) over 10, 20, 40", "40.0", 2, 2, true,
     [](Type a, Type* t) { return bind_number("approx_percentile", a, t); }, make_approx_percentile},
    {"collect", "collect(x) list", "All values, by event time, then by place in the input.",
     "collect(x) over 3, null, 1", "[3,1]", 1, 1, false,
     [](Type a, Type* t) { return bind_any("collect", a, Type::kList, t); }, make_collect},
    {"top", "top(x, k int) list", "The k most frequent values, most frequent first, ties smaller first.",
     "top(x, 2) over \"c\", \"b\", \"a\", \"b\"", "[\"b\",\"a\"]", 2, 2, false,
     [](Type a, Type* t) { return bind_any("top", a, Type::kList, t); }, make_top},
};

}  // namespace

std::span<const Aggregate> aggregates() { return kAggregateTable; }

int find_aggregate(std::string_view name) {
  for (size_t i = 0; i < std::size(kAggregateTable); ++i)
    if (kAggregateTable[i].name == name) return static_cast<int>(i);
  return -1;
}

}  // namespace cep::expr

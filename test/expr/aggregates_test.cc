// The table of aggregates: examples, types, nulls, edges; states.
#include "expr/aggregates.h"

#include <doctest/doctest.h>

#include <cmath>
#include <deque>
#include <set>

#include "expr/aggregate_bench.h"

using namespace cep;
using namespace cep::expr;
using cep::expr::test::aggregate;
using cep::expr::test::Bench;
using cep::expr::test::call_of;
using cep::expr::test::read_constant;

namespace {

// The values of "a, b, null"; their texts are in *kept.
std::vector<Value> read_values(std::string list, std::deque<ExprPtr>* kept, Type* type) {
  std::vector<Value> values;
  *type = Type::kNull;
  for (size_t at = 0; at != std::string::npos;) {
    size_t end = list.find(", ", at);
    kept->push_back(read_constant(list.substr(at, end == std::string::npos ? end : end - at)));
    values.push_back(kept->back()->constant.get());
    if (!values.back().is_null()) *type = values.back().type;
    at = end == std::string::npos ? end : end + 2;
  }
  return values;
}

// "top(x, 2) over 1, 2": what it gives.
std::string run_example(std::string_view name, std::string_view example) {
  size_t over = example.find(" over ");
  REQUIRE(over != std::string_view::npos);
  REQUIRE(example.starts_with(std::string(name) + "(x"));
  double number = 0;
  size_t comma = example.find(", ");
  if (comma < over) number = std::stod(std::string(example.substr(comma + 2)));
  std::deque<ExprPtr> kept;
  Type type;
  std::vector<Value> values = read_values(std::string(example.substr(over + 6)), &kept, &type);
  return aggregate(call_of(name, type, number, static_cast<int64_t>(number)), values);
}

std::string refused(std::string_view name, Type argument) {
  Type result;
  return aggregates()[static_cast<size_t>(find_aggregate(name))].bind(argument, &result);
}

std::vector<Value> ints(std::initializer_list<int64_t> list) {
  std::vector<Value> values;
  for (int64_t i : list) values.push_back(Value::integer(i));
  return values;
}
std::vector<Value> reals(std::initializer_list<double> list) {
  std::vector<Value> values;
  for (double d : list) values.push_back(Value::real(d));
  return values;
}

}  // namespace

TEST_CASE("the example of every aggregate is true") {
  for (const Aggregate& a : aggregates()) CHECK_MESSAGE(run_example(a.name, a.example) == a.result, a.name);
}

TEST_CASE("the rows of the table are whole, and found by name") {
  std::set<std::string_view> names;
  for (size_t i = 0; i < aggregates().size(); ++i) {
    const Aggregate& a = aggregates()[i];
    CHECK(find_aggregate(a.name) == static_cast<int>(i));
    CHECK(names.insert(a.name).second);
    CHECK(a.signature.starts_with(std::string(a.name) + "("));
    CHECK(a.summary.ends_with("."));
    CHECK((a.min_args <= a.max_args && a.max_args <= 2));
  }
  CHECK(names.size() == 16);
  CHECK(find_aggregate("mode") == -1);
}

TEST_CASE("argument types are checked") {
  CHECK(refused("sum", Type::kString) == "`sum` takes numbers or durations, not a string");
  CHECK(refused("avg", Type::kTimestamp) == "`avg` takes numbers or durations, not a timestamp");
  CHECK(refused("min", Type::kBool) == "`min` takes values that have an order, not a bool");
  CHECK(refused("median", Type::kDuration) ==
        "`median` takes numbers, not a duration; to_double(x) gives its milliseconds");
  CHECK(refused("top", Type::kList) == "`top` takes single values, not a list");
  for (const Aggregate& a : aggregates()) {
    CHECK(refused(a.name, Type::kNull) == "");
    CHECK(refused(a.name, Type::kInt) == "");
    CHECK(refused(a.name, Type::kDouble) == "");
  }
  for (const char* name : {"count", "first", "last", "count_distinct", "approx_count_distinct", "collect", "top"})
    for (Type t : {Type::kBool, Type::kString, Type::kTimestamp, Type::kDuration})
      CHECK(refused(name, t) == "");
}

TEST_CASE("of no values: null, 0 or an empty list") {
  for (const Aggregate& a : aggregates()) {
    std::string none = a.name.find("count") != std::string_view::npos         ? "0"
                       : a.name == "collect" || a.name == "top" ? "[]"
                                                                : "null";
    for (Type t : {Type::kInt, Type::kDouble}) {
      CHECK_MESSAGE(aggregate(call_of(a.name, t), {}) == none, a.name);
      CHECK_MESSAGE(aggregate(call_of(a.name, t), {Value::null(), Value::null()}) == none, a.name);
    }
  }
  CHECK(aggregate(call_of("count", Type::kNull), {Value::null(), Value::null()}) == "2");
  CHECK(aggregate(call_of("min", Type::kString), {Value::null()}) == "null");
}

TEST_CASE("sums are exact in whole numbers; what does not fit is null and a fault") {
  CHECK(aggregate(call_of("sum", Type::kInt), ints({INT64_MAX, 1})) == "null");
  CHECK(aggregate(call_of("sum", Type::kInt), ints({INT64_MAX, INT64_MAX, -INT64_MAX})) ==
        "9223372036854775807");
  CHECK(aggregate(call_of("sum", Type::kInt), ints({INT64_MIN, INT64_MIN})) == "null");
  CHECK(aggregate(call_of("avg", Type::kInt), ints({INT64_MAX, INT64_MAX})) == "9223372036854775808.0");
  CHECK(aggregate(call_of("avg", Type::kInt), ints({1, 2})) == "1.5");
  CHECK(aggregate(call_of("sum", Type::kDouble), reals({1e308, 1e308})) == "null");
  CHECK(aggregate(call_of("avg", Type::kDuration), {Value::duration(1000), Value::duration(2001)}) == "1s501ms");
  CHECK(aggregate(call_of("sum", Type::kDuration), {Value::duration(1000), Value::duration(-2000)}) == "-1s");
  Bench bench({call_of("sum", Type::kInt)});
  AggregateSet::State* s = bench.set.create();
  for (const Value& v : ints({INT64_MAX, 1})) bench.add(s, {v});
  CHECK(bench.print(*s)[0] == "null");
  CHECK(bench.context.faults == 1);
}

TEST_CASE("variance is sound far from zero") {
  CHECK(aggregate(call_of("variance", Type::kDouble), reals({1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16})) == "30.0");
  CHECK(aggregate(call_of("variance", Type::kInt), ints({7})) == "null");
  CHECK(aggregate(call_of("stddev", Type::kInt), ints({7, 7})) == "0.0");
}

TEST_CASE("percentiles interpolate between two values") {
  auto p = [](double p, std::initializer_list<double> list) {
    return aggregate(call_of("percentile", Type::kDouble, p), reals(list));
  };
  CHECK(p(0, {3, 1, 2}) == "1.0");
  CHECK(p(1, {3, 1, 2}) == "3.0");
  CHECK(p(0.75, {3, 1, 2}) == "2.5");
  CHECK(p(0.9, {5}) == "5.0");
  CHECK(p(0.5, {-1.7e308, 1.7e308}) == "0.0");
  CHECK(aggregate(call_of("median", Type::kInt), ints({4, 1, 3, 2})) == "2.5");
  CHECK(aggregate(call_of("median", Type::kInt), ints({3, 1, 2})) == "2.0");
}

TEST_CASE("lists are canonical JSON; top puts the smaller of equally frequent first") {
  std::vector<Value> texts = {Value::string("b\n"), Value::string("a"), Value::string(""), Value::string("a")};
  CHECK(aggregate(call_of("collect", Type::kString), texts) == "[\"b\\n\",\"a\",\"\",\"a\"]");
  CHECK(aggregate(call_of("top", Type::kString, 0, 2), texts) == "[\"a\",\"\"]");
  CHECK(aggregate(call_of("top", Type::kInt, 0, 9), ints({10, 9, 2, 10, 2})) == "[2,10,9]");
  CHECK(aggregate(call_of("top", Type::kDouble, 0, 1), reals({-0.0, 0.0, 1})) == "[0.0]");
  CHECK(aggregate(call_of("collect", Type::kTimestamp), {Value::timestamp(0)}) ==
        "[\"1970-01-01T00:00:00.000Z\"]");
  CHECK(aggregate(call_of("collect", Type::kBool), {Value::boolean(true), Value::boolean(false)}) ==
        "[true,false]");
  CHECK(aggregate(call_of("count_distinct", Type::kDouble), reals({-0.0, 0.0})) == "1");
}

TEST_CASE("first, last and collect go by event time, then by order, however events come and panes merge") {
  Bench strings({call_of("first", Type::kString), call_of("last", Type::kString),
                 call_of("collect", Type::kString)});
  AggregateSet::State *a = strings.set.create(), *b = strings.set.create();
  strings.add(a, {Value::string("c"), true, 13, 1});
  strings.add(a, {Value::string("a"), true, 5, 2});
  strings.add(b, {Value::string("f"), true, 17, 5});
  strings.add(b, {Value::string("e"), true, 17, 3});
  strings.add(b, {Value::string("b"), true, 5, 6});
  strings.add(b, {Value::null(), true, 1, 7});
  strings.set.merge(a, *b);
  CHECK(strings.print(*a) == std::vector<std::string>{"a", "f", "[\"a\",\"b\",\"c\",\"e\",\"f\"]"});
  CHECK(strings.print(*b) == std::vector<std::string>{"b", "f", "[\"b\",\"e\",\"f\"]"});
}

TEST_CASE("states are made again from memory of others, empty; what is left goes with the set") {
  std::string text(100, 'x');
  Bench bench({call_of("collect", Type::kString), call_of("max", Type::kString), call_of("count", Type::kNull)});
  std::vector<AggregateSet::State*> states;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3000; ++i) {
      states.push_back(bench.set.create());
      CHECK(bench.print(*states.back()) == std::vector<std::string>{"[]", "null", "0"});
      bench.add(states.back(), {Value::string(text)});
    }
    for (size_t i = round; i < states.size(); i += 2) bench.set.destroy(states[i]);
    states.clear();
  }
  AggregateSet::State* s = bench.set.create();
  size_t empty = bench.set.bytes(*s);
  bench.add(s, {Value::string(text)});
  CHECK(bench.set.bytes(*s) >= empty + 200);
  CHECK(bench.print(*s)[1] == text);
  bench.set.clear(s);
  CHECK(bench.print(*s) == std::vector<std::string>{"[]", "null", "0"});
}

TEST_CASE("constant states are small") {
  for (const Aggregate& a : aggregates()) {
    if (!a.constant_state || a.name.starts_with("approx")) continue;
    Bench bench({call_of(a.name, Type::kDouble)});
    AggregateSet::State* s = bench.set.create();
    for (int i = 0; i < 1000; ++i) bench.add(s, {Value::real(i), true, i, 0});
    CHECK_MESSAGE(bench.set.bytes(*s) <= 48, a.name);
  }
}

TEST_CASE("a filter that does not hold keeps the argument from being evaluated") {
  AggregateCall call = call_of("sum", Type::kInt, 0, 0, true);
  auto divide = std::make_shared<Expr>(*call.argument);
  auto zero = std::make_shared<Expr>();
  zero->type = Type::kInt;
  zero->constant = OwnedValue(Value::integer(0));
  auto quotient = std::make_shared<Expr>();
  quotient->op = Op::kDiv;
  quotient->type = Type::kInt;
  quotient->args = {divide, zero};
  call.argument = quotient;
  Bench bench({call, call});
  AggregateSet::State* s = bench.set.create();
  bench.add(s, {Value::integer(1), false});
  CHECK(bench.context.faults == 0);
  bench.add(s, {Value::integer(1), true});
  CHECK(bench.context.faults == 1);  // for both calls together: they share it
  CHECK(bench.print(*s) == std::vector<std::string>{"null", "null"});
}

TEST_CASE("bytes of other calls, other versions and cut bytes are refused") {
  Bench bench({call_of("sum", Type::kInt), call_of("top", Type::kInt)});
  Bench other({call_of("sum", Type::kInt), call_of("top", Type::kInt, 0.5, 3)});
  AggregateSet::State *s = bench.set.create(), *back = bench.set.create(), *others = other.set.create();
  for (const Value& v : ints({4, 5, 5})) bench.add(s, {v});
  std::string bytes;
  bench.set.encode(*s, &bytes);
  CHECK(bench.set.decode(bytes, back));
  CHECK(bench.print(*back) == std::vector<std::string>{"14", "[5,4]"});
  CHECK_FALSE(other.set.decode(bytes, others));
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(bench.set.decode(std::string_view(bytes).substr(0, size), back));
  CHECK(bench.print(*back) == std::vector<std::string>{"null", "[]"});
  CHECK_FALSE(bench.set.decode(bytes + "x", back));
  bytes[0] ^= 3;
  CHECK_FALSE(bench.set.decode(bytes, back));
}

TEST_CASE("states of many short texts, an empty one too, come back from their bytes") {
  for (const std::string_view name : {"count_distinct", "top", "collect", "min", "max", "first", "last"}) {
    CAPTURE(name);
    Bench bench({call_of(name, Type::kString)});
    AggregateSet::State *s = bench.set.create(), *back = bench.set.create();
    for (int i = 0; i < 40; ++i) {
      const std::string text = i == 0 ? "" : std::string(1, static_cast<char>('0' + i));
      bench.add(s, {Value::string(text), true, i, static_cast<uint64_t>(i)});
    }
    std::string bytes;
    bench.set.encode(*s, &bytes);
    REQUIRE(bench.set.decode(bytes, back));
    CHECK(bench.print(*back) == bench.print(*s));
  }
}

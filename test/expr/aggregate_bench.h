// Runs aggregates over rows of one field `x` and a filter field `keep`.
#pragma once
#include <string>
#include <vector>

#include "expr/aggregates.h"
#include "expr/functions.h"
#include "expr/sheet.h"

namespace cep::expr::test {

struct Sample {
  Value x;
  bool keep = true;
  int64_t time = 0;
  uint64_t order = 0;
};

// A call over field 0 (of that type), by name.
inline AggregateCall call_of(std::string_view name, Type x, double p = 0.5, int64_t k = 2,
                             bool filtered = false) {
  AggregateCall call;
  call.function = find_aggregate(name);
  auto field = [](uint16_t slot, Type type) {
    auto e = std::make_shared<Expr>();
    e->op = Op::kField;
    e->type = type;
    e->slots = {slot};
    return e;
  };
  if (x != Type::kNull) call.argument = field(0, x);
  if (filtered) call.filter = field(1, Type::kBool);
  call.p = p;
  call.k = k;
  aggregates()[static_cast<size_t>(call.function)].bind(x, &call.type);
  return call;
}

class Bench {
 public:
  explicit Bench(const std::vector<AggregateCall>& calls) : set(calls) { context.arena = &arena_; }

  void add(AggregateSet::State* s, const Sample& sample) {
    builder_.start(2);
    builder_.set(0, sample.x);
    builder_.set(1, Value::boolean(sample.keep));
    set.add(s, context, *builder_.finish(sample.time, 0), sample.order);
  }
  // Valid until the next call.
  const std::vector<Value>& values(const AggregateSet::State& s) {
    set.results(s, context, &results_);
    return results_;
  }
  std::vector<std::string> print(const AggregateSet::State& s) {
    std::vector<std::string> texts;
    for (const Value& v : values(s)) append_text(v, &texts.emplace_back());
    return texts;
  }

  AggregateSet set;
  EvalContext context;

 private:
  Arena arena_;
  event::RowBuilder builder_;
  std::vector<Value> results_;
};

// The result of one call over the values, one event each.
inline std::string aggregate(const AggregateCall& call, const std::vector<Value>& values) {
  Bench bench({call});
  AggregateSet::State* s = bench.set.create();
  uint64_t order = 0;
  for (const Value& v : values) {
    bench.add(s, {v, true, static_cast<int64_t>(order), order});
    ++order;
  }
  std::string text = bench.print(*s)[0];
  bench.set.destroy(s);
  return text;
}

}  // namespace cep::expr::test

// The table of aggregate functions of windows, and sets of accumulators: name, signature, null rule, merge, encode, documentation, example. One row per aggregate
// of the language; bodies in aggregates/*.cc.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/program.h"

namespace cep::expr {

class Accumulator;  // aggregates/accumulator.h

// One call: `sum(amount) filter (type == "PAYMENT")`.
struct AggregateCall {
  int function = -1;        // index into aggregates()
  ExprPtr argument;         // over the row; null: count()
  ExprPtr filter;           // over the row; null: none
  double p = 0;             // percentile, approx_percentile: 0 to 1
  int64_t k = 0;            // top
  Type type = Type::kNull;  // of the result; lists are kList
};

struct Aggregate {
  std::string_view name;
  std::string_view signature;   // "percentile(x number, p number) double"
  std::string_view summary;
  std::string_view example;     // "sum(x) over 1, 2, null"; the test reads it
  std::string_view result;      // as a message prints it
  int min_args = 0, max_args = 0;
  bool constant_state = true;   // collect, top, median, percentile, count_distinct: no
  // Result type for an argument type (kNull for count()); empty string or the reason why not.
  std::string (*bind)(Type argument, Type* result) = nullptr;
  std::unique_ptr<Accumulator> (*make)(const AggregateCall& call) = nullptr;
};

std::span<const Aggregate> aggregates();
int find_aggregate(std::string_view name);  // -1: none

// The accumulators of all calls of one window, as one state object per pane. Values are added in the order in which they come to the pane (deterministic:
// events of a key come in one order); `time` and `order` of the event decide first, last, collect. merge(a, b) is as if b's events had come after a's;
// first, last and collect go by (time, order) whatever the order of merging. Doubles: a pane's sum is its additions in order, panes left to right, nothing
// is ever subtracted; ints and durations sum in 128 bits (overflow of the result: null). Whatever order panes are merged in, all results but those of sum and avg of
// doubles, variance and stddev are the same; these differ in their last digits.
// For one thread. States that were not destroyed go with the set.
class AggregateSet {
 public:
  explicit AggregateSet(const std::vector<AggregateCall>& calls);
  ~AggregateSet();
  AggregateSet(const AggregateSet&) = delete;
  AggregateSet& operator=(const AggregateSet&) = delete;

  class State;  // opaque; owned by who created it through this set
  State* create() const;
  void destroy(State* s) const;
  // Back to empty, keeping memory.
  void clear(State* s) const;
  // Sets c.row; what filters and arguments make lies in the arena of `c`, which the caller resets.
  void add(State* s, EvalContext& c, const event::Row& row, uint64_t order) const;
  void merge(State* into, const State& from) const;
  // One value per call, in place of what *out held; strings and lists live in the arena of `c`.
  void results(const State& s, EvalContext& c, std::vector<Value>* out) const;
  // Memory held, in bytes.
  size_t bytes(const State& s) const;
  // Appends.
  void encode(const State& s, std::string* out) const;
  // In place of what the state held. False if the bytes are none of a set of the same calls; then the state is empty.
  bool decode(std::string_view bytes, State* s) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cep::expr

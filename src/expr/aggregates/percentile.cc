// median and percentile: all values (numbers.h).
#include "expr/aggregates/numbers.h"
#include "expr/aggregates/one_or_many.h"

namespace cep::expr {
namespace {

struct Percentile : Numbers {
  Value result(EvalContext&, const Terms& t) const { return percentile(t.p); }
};

struct Median : Numbers {
  Value result(EvalContext&, const Terms&) const { return percentile(0.5); }
};

}  // namespace

std::unique_ptr<Accumulator> make_median(const AggregateCall& call) {
  return accumulator_of<OneOrMany<Median>>(call);
}
std::unique_ptr<Accumulator> make_percentile(const AggregateCall& call) {
  return accumulator_of<OneOrMany<Percentile>>(call);
}

}  // namespace cep::expr

// approx_count_distinct and approx_percentile.
#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/hyperloglog.h"
#include "expr/aggregates/quantile_sketch.h"

namespace cep::expr {
namespace {

struct ApproxCountDistinct {
  HyperLogLog seen;

  void clear() { seen.clear(); }
  void add(const Value& v, int64_t, uint64_t) { seen.add(value_hash(v)); }
  void merge(const ApproxCountDistinct& from) { seen.merge(from.seen); }
  Value result(EvalContext&, const Terms&) const {
    return Value::integer(static_cast<int64_t>(seen.estimate()));
  }
  size_t owned() const { return seen.owned(); }
  void encode(std::string* out) const { seen.encode(out); }
  bool decode(BytesReader* in, const Terms&) { return seen.decode(in); }
};

struct ApproxPercentile {
  QuantileSketch sketch;

  void clear() { sketch.clear(); }
  void add(const Value& v, int64_t, uint64_t) { sketch.add(as_real(v)); }
  void merge(const ApproxPercentile& from) { sketch.merge(from.sketch); }
  Value result(EvalContext&, const Terms& t) const {
    return sketch.count() == 0 ? Value::null() : Value::real(sketch.quantile(t.p));
  }
  size_t owned() const { return sketch.owned(); }
  void encode(std::string* out) const { sketch.encode(out); }
  bool decode(BytesReader* in, const Terms&) { return sketch.decode(in); }
};

}  // namespace

std::unique_ptr<Accumulator> make_approx_count_distinct(const AggregateCall& call) {
  return accumulator_of<ApproxCountDistinct>(call);
}
std::unique_ptr<Accumulator> make_approx_percentile(const AggregateCall& call) {
  return accumulator_of<ApproxPercentile>(call);
}

}  // namespace cep::expr

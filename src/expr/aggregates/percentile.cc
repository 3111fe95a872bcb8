// median and percentile: all values; the result picks out the two it lies between.
#include <algorithm>
#include <vector>

#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/rank.h"

namespace cep::expr {
namespace {

struct Percentile {
  std::vector<double> values;

  void clear() { values.clear(); }
  void add(const Value& v, int64_t, uint64_t) { values.push_back(as_real(v)); }
  void merge(const Percentile& from) {
    values.insert(values.end(), from.values.begin(), from.values.end());
  }
  Value result(EvalContext&, const Terms& t) const { return at(t.p); }
  size_t owned() const { return values.capacity() * sizeof(double); }
  void encode(std::string* out) const {
    put(uint64_t{values.size()}, out);
    for (double v : values) put(v, out);
  }
  bool decode(Reader* in, const Terms&) {
    uint64_t count;
    if (!in->get_size(sizeof(double), &count)) return false;
    values.resize(count);
    for (double& v : values)
      if (!in->get_finite(&v)) return false;
    return true;
  }

  Value at(double p) const {
    if (values.empty()) return Value::null();
    Rank rank(p, values.size());
    std::vector<double> sorted = values;
    auto low = sorted.begin() + static_cast<std::ptrdiff_t>(rank.below);
    std::nth_element(sorted.begin(), low, sorted.end());
    if (rank.part == 0) return Value::real(*low);
    return Value::real(rank.between(*low, *std::min_element(low + 1, sorted.end())));
  }
};

struct Median : Percentile {
  Value result(EvalContext&, const Terms&) const { return at(0.5); }
};

}  // namespace

std::unique_ptr<Accumulator> make_median(const AggregateCall& call) { return accumulator_of<Median>(call); }
std::unique_ptr<Accumulator> make_percentile(const AggregateCall& call) {
  return accumulator_of<Percentile>(call);
}

}  // namespace cep::expr

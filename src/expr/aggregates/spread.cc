// variance and stddev of a sample, by Welford's way; panes merge by that of Chan, Golub and LeVeque. Both are
// sound where the values are far from zero and near each other, where sums of squares would cancel.
#include <cmath>

#include "expr/aggregates/accumulator.h"
#include "expr/arithmetic.h"

namespace cep::expr {
namespace {

struct Spread {
  static constexpr Merging kMerging = Merging::kOrdered;
  uint64_t count = 0;
  double mean = 0;
  double squares = 0;  // of the distances from the mean

  void clear() { *this = {}; }
  void add(const Value& v, int64_t, uint64_t) {
    double x = as_real(v), distance = x - mean;
    ++count;
    mean += distance / static_cast<double>(count);
    squares += distance * (x - mean);
  }
  void merge(const Spread& from) {
    if (from.count == 0) return;
    if (count == 0) {
      *this = from;
      return;
    }
    double here = static_cast<double>(count), there = static_cast<double>(from.count), all = here + there;
    double distance = from.mean - mean;
    mean += distance * (there / all);
    squares += from.squares + distance * distance * (here * there / all);
    count += from.count;
  }
  size_t owned() const { return 0; }
  void encode(std::string* out) const {
    put(count, out);
    put(mean, out);
    put(squares, out);
  }
  bool decode(BytesReader* in, const Terms&) { return in->get(&count) && in->get(&mean) && in->get(&squares); }

  double variance() const { return squares / static_cast<double>(count - 1); }
};

struct Variance : Spread {
  Value result(EvalContext& c, const Terms&) const {
    return count < 2 ? Value::null() : finite(c, variance());
  }
};
struct Deviation : Spread {
  Value result(EvalContext& c, const Terms&) const {
    return count < 2 ? Value::null() : finite(c, std::sqrt(variance()));
  }
};

}  // namespace

std::unique_ptr<Accumulator> make_variance(const AggregateCall& call) {
  return accumulator_of<Variance>(call);
}
std::unique_ptr<Accumulator> make_stddev(const AggregateCall& call) {
  return accumulator_of<Deviation>(call);
}

}  // namespace cep::expr

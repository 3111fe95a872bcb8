// min and max: the value itself. Of equal values (0.0 and -0.0) the one that came first.
#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/kept.h"
#include "expr/compare.h"

namespace cep::expr {
namespace {

template <class Kept, int kSign>
struct Extreme {
  Kept best;

  void clear() { best.clear(); }
  void add(const Value& v, int64_t, uint64_t) {
    if (!best.any() || compare(v, best.get()) * kSign > 0) best.set(v);
  }
  void merge(const Extreme& from) {
    if (from.best.any()) add(from.best.get(), 0, 0);
  }
  Value result(EvalContext& c, const Terms&) const { return best.result(c); }
  size_t owned() const { return best.owned(); }
  void encode(std::string* out) const { put_kept(best, out); }
  bool decode(BytesReader* in, const Terms& t) { return get_kept(t.argument, in, &best); }
};

template <int kSign>
std::unique_ptr<Accumulator> make_extreme(const AggregateCall& call) {
  return argument_type(call) == Type::kString ? accumulator_of<Extreme<KeptText, kSign>>(call)
                                              : accumulator_of<Extreme<KeptPlain, kSign>>(call);
}

}  // namespace

std::unique_ptr<Accumulator> make_min(const AggregateCall& call) { return make_extreme<-1>(call); }
std::unique_ptr<Accumulator> make_max(const AggregateCall& call) { return make_extreme<1>(call); }

}  // namespace cep::expr

// first and last: by event time, then by order, whatever the order of adding and merging.
#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/kept.h"

namespace cep::expr {
namespace {

template <class Kept, bool kLast>
struct AtEnd {
  Kept value;
  int64_t time = 0;
  uint64_t order = 0;

  void clear() { value.clear(); }
  void add(const Value& v, int64_t its_time, uint64_t its_order) {
    if (value.any()) {
      bool later = its_time != time ? its_time > time : its_order > order;
      if (later != kLast) return;
    }
    value.set(v);
    time = its_time;
    order = its_order;
  }
  void merge(const AtEnd& from) {
    if (from.value.any()) add(from.value.get(), from.time, from.order);
  }
  Value result(EvalContext& c, const Terms&) const { return value.result(c); }
  size_t owned() const { return value.owned(); }
  void encode(std::string* out) const {
    put_kept(value, out);
    put(time, out);
    put(order, out);
  }
  bool decode(BytesReader* in, const Terms& t) {
    return get_kept(t.argument, in, &value) && in->get(&time) && in->get(&order);
  }
};

template <bool kLast>
std::unique_ptr<Accumulator> make_at_end(const AggregateCall& call) {
  return argument_type(call) == Type::kString ? accumulator_of<AtEnd<KeptText, kLast>>(call)
                                              : accumulator_of<AtEnd<KeptPlain, kLast>>(call);
}

}  // namespace

std::unique_ptr<Accumulator> make_first(const AggregateCall& call) { return make_at_end<false>(call); }
std::unique_ptr<Accumulator> make_last(const AggregateCall& call) { return make_at_end<true>(call); }

}  // namespace cep::expr

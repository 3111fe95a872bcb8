// count_distinct, exact, and top: both keep every value once.
#include <algorithm>
#include <vector>

#include "expr/aggregates/list_text.h"
#include "expr/aggregates/one_or_many.h"
#include "expr/aggregates/tally.h"

namespace cep::expr {
namespace {

struct Tallied {
  static constexpr bool kPlaced = false;
  Tally tally;

  void clear() { tally.clear(); }
  size_t size() const { return tally.size(); }
  void add(const Value& v, int64_t, uint64_t) { tally.add(v, 1); }
  void remove(const Value& v, int64_t, uint64_t) { tally.remove(v, 1); }
  void merge(const Tallied& from) { tally.merge(from.tally); }
  void remove(const Tallied& from) { tally.remove(from.tally); }
  size_t owned() const { return tally.owned(); }
  void encode(std::string* out) const { tally.encode(out); }
  bool decode(BytesReader* in, const Terms& t) { return tally.decode(t.argument, in); }
};

struct CountDistinct : Tallied {
  Value result(EvalContext&, const Terms&) const {
    return Value::integer(static_cast<int64_t>(tally.size()));
  }
};

struct Top : Tallied {
  Value result(EvalContext& c, const Terms& t) const {
    std::vector<Value> values;
    tally.most_frequent(static_cast<size_t>(std::max<int64_t>(t.k, 0)), &values);
    ListText list;
    for (const Value& v : values) list.append(v);
    return list.result(c);
  }
};

}  // namespace

std::unique_ptr<Accumulator> make_count_distinct(const AggregateCall& call) {
  return accumulator_of<OneOrMany<CountDistinct>>(call);
}
std::unique_ptr<Accumulator> make_top(const AggregateCall& call) {
  return accumulator_of<OneOrMany<Top>>(call);
}

}  // namespace cep::expr

// count_distinct, exact, and top: both keep every value once.
#include <algorithm>
#include <numeric>
#include <vector>

#include "expr/aggregates/accumulator.h"
#include "expr/aggregates/list_text.h"
#include "expr/aggregates/tally.h"
#include "expr/compare.h"

namespace cep::expr {
namespace {

struct Tallied {
  Tally tally;
  Type type = Type::kNull;  // of the values, once there is one

  void clear() { tally.clear(); }
  void add(const Value& v, int64_t, uint64_t) {
    type = v.type;
    tally.add(v, 1);
  }
  void merge(const Tallied& from) {
    if (from.tally.size() == 0) return;
    type = from.type;
    tally.merge(from.tally, type);
  }
  size_t owned() const { return tally.owned(); }
  void encode(std::string* out) const { tally.encode(type, out); }
  bool decode(Reader* in, const Terms& t) {
    type = t.argument;
    return tally.decode(type, in);
  }
};

struct CountDistinct : Tallied {
  Value result(EvalContext&, const Terms&) const {
    return Value::integer(static_cast<int64_t>(tally.size()));
  }
};

struct Top : Tallied {
  Value result(EvalContext& c, const Terms& t) const {
    std::vector<uint32_t> ranks(tally.size());
    std::iota(ranks.begin(), ranks.end(), 0u);
    auto before = [&](uint32_t a, uint32_t b) {
      if (tally.count(a) != tally.count(b)) return tally.count(a) > tally.count(b);
      return compare(tally.value(a, type), tally.value(b, type)) < 0;
    };
    size_t wanted = std::min(ranks.size(), static_cast<size_t>(std::max<int64_t>(t.k, 0)));
    auto end = ranks.begin() + static_cast<std::ptrdiff_t>(wanted);
    std::partial_sort(ranks.begin(), end, ranks.end(), before);
    ListText list;
    for (auto i = ranks.begin(); i != end; ++i) list.append(tally.value(*i, type));
    return list.result(c);
  }
};

}  // namespace

std::unique_ptr<Accumulator> make_count_distinct(const AggregateCall& call) {
  return accumulator_of<CountDistinct>(call);
}
std::unique_ptr<Accumulator> make_top(const AggregateCall& call) { return accumulator_of<Top>(call); }

}  // namespace cep::expr

// sum and avg. Whole numbers in 128 bits, so that only the result can overflow; doubles as they come, the sums
// of merged panes as one number each.
#include "expr/aggregates/accumulator.h"
#include "expr/arithmetic.h"
#include "expr/total.h"

namespace cep::expr {
namespace {

struct Wholes {
  static constexpr Merging kMerging = Merging::kRemovable;
  uint64_t count = 0;
  uint64_t low = 0, high = 0;  // the sum in two's complement, in halves so that 8 bytes align it

  void clear() { *this = {}; }
  Wide sum() const { return static_cast<Wide>(static_cast<unsigned __int128>(high) << 64 | low); }
  void plus(Wide x) {
    unsigned __int128 total = static_cast<unsigned __int128>(sum()) + static_cast<unsigned __int128>(x);
    low = static_cast<uint64_t>(total);
    high = static_cast<uint64_t>(total >> 64);
  }
  void add(const Value& v, int64_t, uint64_t) {
    ++count;
    plus(v.i);
  }
  void merge(const Wholes& from) {
    count += from.count;
    plus(from.sum());
  }
  void remove(const Wholes& from) {
    count -= from.count;
    plus(-from.sum());
  }
  size_t owned() const { return 0; }
  void encode(std::string* out) const {
    put(count, out);
    put(low, out);
    put(high, out);
  }
  bool decode(BytesReader* in, const Terms&) {
    return in->get(&count) && in->get(&low) && in->get(&high) && is_sum();
  }

 private:
  // Whether so many values can have this sum.
  bool is_sum() const {
    if (count > INT64_MAX) return false;
    Wide bound = static_cast<Wide>(count) << 63;
    return sum() >= -bound && sum() <= bound;
  }
};

struct Reals {
  static constexpr Merging kMerging = Merging::kOrdered;
  uint64_t count = 0;
  double sum = 0;

  void clear() { *this = {}; }
  void add(const Value& v, int64_t, uint64_t) {
    ++count;
    sum += v.d;
  }
  void merge(const Reals& from) {
    count += from.count;
    sum += from.sum;
  }
  size_t owned() const { return 0; }
  void encode(std::string* out) const {
    put(count, out);
    put(sum, out);
  }
  bool decode(BytesReader* in, const Terms&) { return in->get(&count) && in->get(&sum); }
};

struct WholeSum : Wholes {
  Value result(EvalContext& c, const Terms& t) const {
    return count == 0 ? Value::null() : sum_of_wholes(c, t.type, sum());
  }
};
struct WholeAverage : Wholes {
  Value result(EvalContext& c, const Terms& t) const {
    return count == 0 ? Value::null() : average_of_wholes(c, t.type, sum(), count);
  }
};
struct RealSum : Reals {
  Value result(EvalContext& c, const Terms&) const { return count == 0 ? Value::null() : finite(c, sum); }
};
struct RealAverage : Reals {
  Value result(EvalContext& c, const Terms&) const {
    return count == 0 ? Value::null() : finite(c, sum / static_cast<double>(count));
  }
};

}  // namespace

std::unique_ptr<Accumulator> make_sum(const AggregateCall& call) {
  return argument_type(call) == Type::kDouble ? accumulator_of<RealSum>(call) : accumulator_of<WholeSum>(call);
}
std::unique_ptr<Accumulator> make_avg(const AggregateCall& call) {
  return argument_type(call) == Type::kDouble ? accumulator_of<RealAverage>(call)
                                              : accumulator_of<WholeAverage>(call);
}

}  // namespace cep::expr

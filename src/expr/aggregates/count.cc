// count() and count(x): one number.
#include "expr/aggregates/accumulator.h"

namespace cep::expr {
namespace {

struct Count {
  static constexpr Merging kMerging = Merging::kRemovable;
  uint64_t count = 0;

  void clear() { count = 0; }
  void add(const Value&, int64_t, uint64_t) { ++count; }
  void merge(const Count& from) { count += from.count; }
  void remove(const Count& from) { count -= from.count; }
  Value result(EvalContext&, const Terms&) const { return Value::integer(static_cast<int64_t>(count)); }
  size_t owned() const { return 0; }
  void encode(std::string* out) const { put(count, out); }
  bool decode(BytesReader* in, const Terms&) { return in->get(&count) && count <= INT64_MAX; }
};

}  // namespace

std::unique_ptr<Accumulator> make_count(const AggregateCall& call) { return accumulator_of<Count>(call); }

}  // namespace cep::expr

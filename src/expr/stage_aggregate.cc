#include "expr/stage_aggregate.h"

#include "base/check.h"
#include "expr/arithmetic.h"
#include "expr/compare.h"
#include "expr/total.h"

namespace cep::expr {
namespace {

struct Total {
  size_t count = 0;
  Wide wholes = 0;
  double reals = 0;
};

Value total_result(EvalContext& c, const Total& t, bool average, Type field, Type type) {
  if (t.count == 0) return Value::null();
  double n = static_cast<double>(t.count);
  if (field == Type::kDouble) return finite(c, average ? t.reals / n : t.reals);
  return average ? average_of_wholes(c, type, t.wholes, t.count) : sum_of_wholes(c, type, t.wholes);
}

}  // namespace

Value read_field(const event::Row& row, const std::vector<uint16_t>& slots, Type type) {
  size_t at = slots.size() == 1 ? 0 : row.input;
  CEP_CHECK(at < slots.size());
  return slots[at] == kNoSlot ? Value::null() : row.get(slots[at], type);
}

Value stage_aggregate(EvalContext& c, Op op, int stage, const std::vector<uint16_t>& slots, Type field,
                      Type type) {
  c.scratch.clear();
  c.history->rows(stage, &c.scratch);
  Total total;
  Value best;
  for (const event::Row* row : c.scratch) {
    Value v = read_field(*row, slots, field);
    if (v.is_null()) continue;
    if (op == Op::kStageMin || op == Op::kStageMax) {
      bool better = best.is_null() || (op == Op::kStageMin ? compare(v, best) < 0 : compare(v, best) > 0);
      if (better) best = v;
      continue;
    }
    ++total.count;
    if (field == Type::kDouble) {
      total.reals += v.d;
    } else {
      total.wholes += v.i;
    }
  }
  if (op == Op::kStageMin || op == Op::kStageMax) return best;
  return total_result(c, total, op == Op::kStageAvg, field, type);
}

}  // namespace cep::expr

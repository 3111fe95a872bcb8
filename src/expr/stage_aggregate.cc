#include "expr/stage_aggregate.h"

#include "base/check.h"
#include "expr/arithmetic.h"
#include "expr/compare.h"
#include "expr/total.h"

namespace cep::expr {
namespace {

Type field_type(const Expr& e) { return e.op == Op::kStageAvg ? e.field_type : e.type; }
bool is_extreme(const Expr& e) { return e.op == Op::kStageMin || e.op == Op::kStageMax; }

Value value_of(EvalContext& c, const Expr& e, const StageTotal& t) {
  if (t.count == 0) return Value::null();
  const Type field = field_type(e);
  if (is_extreme(e)) return read_field(*t.row, e.slots, field);
  const bool average = e.op == Op::kStageAvg;
  const double n = static_cast<double>(t.count);
  if (field == Type::kDouble) return finite(c, average ? t.reals / n : t.reals);
  const Wide sum = static_cast<Wide>(static_cast<unsigned __int128>(t.whole.high) << 64 | t.whole.low);
  return average ? average_of_wholes(c, e.type, sum, t.count) : sum_of_wholes(c, e.type, sum);
}

}  // namespace

Value read_field(const event::Row& row, const std::vector<uint16_t>& slots, Type type) {
  size_t at = slots.size() == 1 ? 0 : row.input;
  CEP_CHECK(at < slots.size());
  return slots[at] == kNoSlot ? Value::null() : row.get(slots[at], type);
}

bool same_total(const Expr& a, const Expr& b) {
  if (a.stage != b.stage || a.slots != b.slots || field_type(a) != field_type(b)) return false;
  return a.op == b.op || (!is_extreme(a) && !is_extreme(b));
}

void add_to_total(const Expr& e, const event::Row& row, StageTotal* total) {
  const Type field = field_type(e);
  const Value v = read_field(row, e.slots, field);
  if (v.is_null()) return;
  ++total->count;
  if (is_extreme(e)) {
    if (total->count > 1) {
      const int order = compare(v, read_field(*total->row, e.slots, field));
      if (e.op == Op::kStageMin ? order >= 0 : order <= 0) return;
    }
    total->row = &row;
  } else if (field == Type::kDouble) {
    total->reals = (total->count == 1 ? 0.0 : total->reals) + v.d;
  } else {
    auto sum = static_cast<unsigned __int128>(total->whole.high) << 64 | total->whole.low;
    sum += static_cast<unsigned __int128>(static_cast<Wide>(v.i));
    total->whole = {static_cast<uint64_t>(sum), static_cast<uint64_t>(sum >> 64)};
  }
}

Value stage_aggregate(EvalContext& c, const Expr& e) {
  const TotalHistory* history = dynamic_cast<const TotalHistory*>(c.history);
  const StageTotal* kept = history == nullptr ? nullptr : history->total(e);
  if (kept != nullptr) return value_of(c, e, *kept);
  c.scratch.clear();
  c.history->rows(e.stage, &c.scratch);
  StageTotal total;
  for (const event::Row* row : c.scratch) add_to_total(e, *row, &total);
  return value_of(c, e, total);
}

}  // namespace cep::expr

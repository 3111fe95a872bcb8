// sum, avg, min and max of a field over the events that a stage has taken. Nulls are not counted; of no
// values the result is null.
#pragma once
#include "expr/program.h"

namespace cep::expr {

// What the events so far come to. Of doubles the sum is their additions in the order in which they were taken.
struct StageTotal {
  struct Whole {
    uint64_t low = 0, high = 0;  // in two's complement
  };

  uint64_t count = 0;  // values that are not null
  union {
    Whole whole = {};       // sum and avg of whole numbers
    double reals;           // sum and avg of doubles
    const event::Row* row;  // min and max: where the value stands; of equal ones the first
  };
};

// A history that keeps totals while rows are taken.
class TotalHistory : public History {
 public:
  // Null: this one is not kept, and to be made of rows().
  virtual const StageTotal* total(const Expr& aggregate) const = 0;
};

// The field of a row: slots by Row::input, null where that input lacks it.
Value read_field(const event::Row& row, const std::vector<uint16_t>& slots, Type type);

// `aggregate` is a kStageSum, kStageAvg, kStageMin or kStageMax.
// Whether the totals of two of them are always the same.
bool same_total(const Expr& a, const Expr& b);
// A row more. The row is kept by who keeps the total.
void add_to_total(const Expr& aggregate, const event::Row& row, StageTotal* total);
// Of the total that the history keeps, or of its rows. A sum of ints (timestamps, durations) that does not fit in
// 64 bits is null and a fault, whatever the order of its parts.
Value stage_aggregate(EvalContext& c, const Expr& aggregate);

}  // namespace cep::expr

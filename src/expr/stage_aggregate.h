// sum, avg, min and max of a field over the events that a stage has taken. Nulls are not counted; of no
// values the result is null.
#pragma once
#include "expr/program.h"

namespace cep::expr {

// The field of a row: slots by Row::input, null where that input lacks it.
Value read_field(const event::Row& row, const std::vector<uint16_t>& slots, Type type);

// `op` is one of kStageSum, kStageAvg, kStageMin, kStageMax; `field` the field's type, `type` the result's. A
// sum of ints (timestamps, durations) that does not fit in 64 bits is null and a fault, whatever the order of
// its parts.
Value stage_aggregate(EvalContext& c, Op op, int stage, const std::vector<uint16_t>& slots, Type field,
                      Type type);

}  // namespace cep::expr

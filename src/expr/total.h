// Sums and averages of whole numbers: they are exact, and what does not fit into the result is null.
#pragma once
#include <cstdint>

#include "expr/program.h"

namespace cep::expr {

using Wide = __int128;

// The sum as a value of `type`; null and a fault if it does not fit.
Value sum_of_wholes(EvalContext& c, Type type, Wide sum);
// The average of n > 0: a double, or a duration, half a millisecond going away from zero.
Value average_of_wholes(EvalContext& c, Type type, Wide sum, uint64_t n);

}  // namespace cep::expr

#include "expr/total.h"

#include "expr/arithmetic.h"

namespace cep::expr {
namespace {

// Half away from zero, as `round`.
Wide divide_nearest(Wide sum, Wide n) {
  Wide twice = 2 * (sum < 0 ? -sum : sum) + n;
  return sum < 0 ? -(twice / (2 * n)) : twice / (2 * n);
}

}  // namespace

Value sum_of_wholes(EvalContext& c, Type type, Wide sum) {
  return sum < INT64_MIN || sum > INT64_MAX ? fault(c) : Value::whole(type, static_cast<int64_t>(sum));
}

Value average_of_wholes(EvalContext& c, Type type, Wide sum, uint64_t n) {
  if (type == Type::kDouble) return finite(c, static_cast<double>(sum) / static_cast<double>(n));
  return sum_of_wholes(c, type, divide_nearest(sum, static_cast<Wide>(n)));
}

}  // namespace cep::expr

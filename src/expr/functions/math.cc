// Numbers. What has no finite result is null and a fault.
#include <cmath>

#include "expr/arithmetic.h"
#include "expr/compare.h"
#include "expr/functions/bodies.h"

namespace cep::expr::functions_detail {
namespace {

double real(const Value& v) { return v.type == Type::kInt ? static_cast<double>(v.i) : v.d; }

// Whole doubles stay doubles; -0.0 becomes 0.0, which prints without a sign.
Value rounded(const Value& v, double (*f)(double)) {
  return v.type == Type::kInt ? v : Value::real(f(v.d) + 0.0);
}

// The first of the smallest (order -1) or greatest (order 1).
Value extreme(Args a, int order, Type type) {
  const Value* best = &a[0];
  for (const Value& v : a)
    if (compare(v, *best) == order) best = &v;
  return widen(*best, type);
}

}  // namespace

Value abs(EvalContext& c, Args a, Type) {
  if (a[0].type == Type::kDouble) return Value::real(std::fabs(a[0].d));
  return a[0].i < 0 ? negate(c, a[0]) : a[0];
}
Value ceil(EvalContext&, Args a, Type) { return rounded(a[0], std::ceil); }
Value floor(EvalContext&, Args a, Type) { return rounded(a[0], std::floor); }
Value round(EvalContext&, Args a, Type) { return rounded(a[0], std::round); }
Value sqrt(EvalContext& c, Args a, Type) { return finite(c, std::sqrt(real(a[0]))); }
Value pow(EvalContext& c, Args a, Type) { return finite(c, std::pow(real(a[0]), real(a[1]))); }
Value exp(EvalContext& c, Args a, Type) { return finite(c, std::exp(real(a[0]))); }
Value ln(EvalContext& c, Args a, Type) { return finite(c, std::log(real(a[0]))); }
Value log10(EvalContext& c, Args a, Type) { return finite(c, std::log10(real(a[0]))); }
Value least(EvalContext&, Args a, Type type) { return extreme(a, -1, type); }
Value greatest(EvalContext&, Args a, Type type) { return extreme(a, 1, type); }

}  // namespace cep::expr::functions_detail

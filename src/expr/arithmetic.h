// `+ - * / %` and unary `-`, one function per pair of types, chosen when the expression is compiled.
// int with double is double; int / int cuts towards zero; % has the sign of the dividend; overflow, division
// by zero and non-finite doubles are null and a fault. A duration times or by a double is the nearest
// millisecond, half away from zero; by an int it is cut towards zero.
#pragma once
#include "expr/program.h"

namespace cep::expr {

using BinaryFn = Value (*)(EvalContext& c, const Value& a, const Value& b);  // neither is null

// nullptr where the operator is not defined for these types (or one is null): the result is always null.
BinaryFn arithmetic(Op op, Type a, Type b);
// Unary minus of an int, double or duration; null of a null.
Value negate(EvalContext& c, const Value& v);

inline Value fault(EvalContext& c) {
  ++c.faults;
  return Value::null();
}
// The double, or null and a fault if it is not finite.
Value finite(EvalContext& c, double d);
// The whole number of that type nearest to d, half away from zero, or null and a fault.
Value nearest_whole(EvalContext& c, Type type, double d);
// What an expression makes is no longer than a line and a record may be by default: texts that grow from stream to
// stream stay bounded.
inline constexpr uint64_t kLongestText = 1u << 20;
// The strings, one behind the other, in the arena; null and a fault if that is longer than kLongestText.
Value join(EvalContext& c, const Value* parts, size_t count);

}  // namespace cep::expr

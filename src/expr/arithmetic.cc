#include "expr/arithmetic.h"

#include <cmath>
#include <cstring>

namespace cep::expr {
namespace {


double real(const Value& v) { return v.type == Type::kInt ? static_cast<double>(v.i) : v.d; }

// Whole numbers of result type T: ints, and sums and differences of timestamps and durations.
template <Op op, Type T>
Value whole(EvalContext& c, const Value& a, const Value& b) {
  int64_t r = 0;
  bool overflow = false;
  if constexpr (op == Op::kAdd) overflow = __builtin_add_overflow(a.i, b.i, &r);
  if constexpr (op == Op::kSub) overflow = __builtin_sub_overflow(a.i, b.i, &r);
  if constexpr (op == Op::kMul) overflow = __builtin_mul_overflow(a.i, b.i, &r);
  if constexpr (op == Op::kDiv || op == Op::kRem) {
    if (b.i == 0) return fault(c);
    if (b.i == -1) {  // INT64_MIN / -1 traps
      if constexpr (op == Op::kDiv) overflow = __builtin_sub_overflow(int64_t{0}, a.i, &r);
    } else {
      r = op == Op::kDiv ? a.i / b.i : a.i % b.i;
    }
  }
  return overflow ? fault(c) : Value::whole(T, r);
}

template <Op op>
Value reals(EvalContext& c, const Value& a, const Value& b) {
  double x = real(a), y = real(b);
  if constexpr (op == Op::kAdd) return finite(c, x + y);
  if constexpr (op == Op::kSub) return finite(c, x - y);
  if constexpr (op == Op::kMul) return finite(c, x * y);
  if constexpr (op == Op::kDiv) return finite(c, x / y);
  return finite(c, std::fmod(x, y));
}

Value stretch(EvalContext& c, const Value& a, const Value& b) {
  bool first = a.type == Type::kDuration;
  double ms = static_cast<double>(first ? a.i : b.i);
  return nearest_whole(c, Type::kDuration, ms * (first ? b.d : a.d));
}

Value shrink(EvalContext& c, const Value& a, const Value& b) {
  return nearest_whole(c, Type::kDuration, static_cast<double>(a.i) / b.d);
}

Value join_two(EvalContext& c, const Value& a, const Value& b) {
  Value parts[] = {a, b};
  return join(c, parts, 2);
}

template <Type T>
BinaryFn whole_function(Op op) {
  switch (op) {
    case Op::kAdd:
      return whole<Op::kAdd, T>;
    case Op::kSub:
      return whole<Op::kSub, T>;
    case Op::kMul:
      return whole<Op::kMul, T>;
    case Op::kDiv:
      return whole<Op::kDiv, T>;
    case Op::kRem:
      return whole<Op::kRem, T>;
    default:
      return nullptr;
  }
}

BinaryFn real_function(Op op) {
  switch (op) {
    case Op::kAdd:
      return reals<Op::kAdd>;
    case Op::kSub:
      return reals<Op::kSub>;
    case Op::kMul:
      return reals<Op::kMul>;
    case Op::kDiv:
      return reals<Op::kDiv>;
    case Op::kRem:
      return reals<Op::kRem>;
    default:
      return nullptr;
  }
}

BinaryFn time_function(Op op, Type a, Type b) {
  bool adds = op == Op::kAdd, subtracts = op == Op::kSub;
  bool scales = op == Op::kMul || op == Op::kDiv;
  if (a == Type::kTimestamp && b == Type::kTimestamp && subtracts) return whole<Op::kSub, Type::kDuration>;
  if (a == Type::kTimestamp && b == Type::kDuration && (adds || subtracts))
    return whole_function<Type::kTimestamp>(op);
  if (a == Type::kDuration && b == Type::kTimestamp && adds) return whole<Op::kAdd, Type::kTimestamp>;
  if (a == Type::kDuration && b == Type::kDuration && (adds || subtracts))
    return whole_function<Type::kDuration>(op);
  if (a == Type::kDuration && b == Type::kInt && scales) return whole_function<Type::kDuration>(op);
  if (a == Type::kInt && b == Type::kDuration && op == Op::kMul) return whole<Op::kMul, Type::kDuration>;
  if (a == Type::kDuration && b == Type::kDouble && scales) return op == Op::kMul ? stretch : shrink;
  if (a == Type::kDouble && b == Type::kDuration && op == Op::kMul) return stretch;
  return nullptr;
}

}  // namespace

BinaryFn arithmetic(Op op, Type a, Type b) {
  auto number = [](Type t) { return t == Type::kInt || t == Type::kDouble; };
  if (a == Type::kInt && b == Type::kInt) return whole_function<Type::kInt>(op);
  if (number(a) && number(b)) return real_function(op);
  if (a == Type::kString && b == Type::kString) return op == Op::kAdd ? join_two : nullptr;
  return time_function(op, a, b);
}

Value negate(EvalContext& c, const Value& v) {
  if (v.is_null()) return v;
  if (v.type == Type::kDouble) return Value::real(-v.d);
  int64_t r;
  return __builtin_sub_overflow(int64_t{0}, v.i, &r) ? fault(c) : Value::whole(v.type, r);
}

Value finite(EvalContext& c, double d) { return std::isfinite(d) ? Value::real(d) : fault(c); }

Value nearest_whole(EvalContext& c, Type type, double d) {
  double whole = std::round(d);
  bool fits = whole >= -0x1p63 && whole < 0x1p63;
  return fits ? Value::whole(type, static_cast<int64_t>(whole)) : fault(c);
}

Value join(EvalContext& c, const Value* parts, size_t count) {
  uint64_t size = 0;
  for (size_t i = 0; i < count; ++i) size += parts[i].size;
  if (size > kLongestText) return fault(c);
  char* at = c.arena->allocate(size);
  Value result = Value::string({at, size});
  for (size_t i = 0; i < count; ++i) {
    if (parts[i].size > 0) std::memcpy(at, parts[i].s, parts[i].size);
    at += parts[i].size;
  }
  return result;
}

}  // namespace cep::expr

#include "lang/type_rules.h"

#include <utility>

namespace cep::lang {

using expr::Op;

bool comparable(Type a, Type b) {
  return a == b || a == Type::kNull || b == Type::kNull || (is_number(a) && is_number(b));
}

bool ordered(Type t) { return t != Type::kBool; }

std::optional<Type> common_type(Type a, Type b) {
  if (a == b || b == Type::kNull) return a;
  if (a == Type::kNull) return b;
  if (is_number(a) && is_number(b)) return Type::kDouble;
  return std::nullopt;
}

std::optional<Type> negated_type(Type t) {
  if (is_number(t) || t == Type::kDuration || t == Type::kNull) return t;
  return std::nullopt;
}

std::optional<Type> arithmetic_type(Op op, Type a, Type b) {
  if (a == Type::kBool || b == Type::kBool) return std::nullopt;
  if (a == Type::kNull || b == Type::kNull) return Type::kNull;
  if (is_number(a) && is_number(b)) return a == Type::kInt && b == Type::kInt ? Type::kInt : Type::kDouble;
  bool adds = op == Op::kAdd, subtracts = op == Op::kSub;
  if (a == Type::kString && b == Type::kString && adds) return Type::kString;
  if (a == Type::kTimestamp && b == Type::kTimestamp && subtracts) return Type::kDuration;
  if (a == Type::kTimestamp && b == Type::kDuration && (adds || subtracts)) return Type::kTimestamp;
  if (a == Type::kDuration && b == Type::kTimestamp && adds) return Type::kTimestamp;
  if (a == Type::kDuration && b == Type::kDuration && (adds || subtracts)) return Type::kDuration;
  if (a == Type::kDuration && is_number(b) && (op == Op::kMul || op == Op::kDiv)) return Type::kDuration;
  if (is_number(a) && b == Type::kDuration && op == Op::kMul) return Type::kDuration;
  return std::nullopt;
}

std::optional<Op> binary_op(std::string_view text) {
  static constexpr std::pair<std::string_view, Op> kOps[] = {
      {"or", Op::kOr}, {"and", Op::kAnd}, {"==", Op::kEq}, {"!=", Op::kNe}, {"<", Op::kLt},
      {"<=", Op::kLe}, {">", Op::kGt},    {">=", Op::kGe}, {"+", Op::kAdd}, {"-", Op::kSub},
      {"*", Op::kMul}, {"/", Op::kDiv},   {"%", Op::kRem}};
  for (const auto& [word, op] : kOps)
    if (word == text) return op;
  return std::nullopt;
}

}  // namespace cep::lang

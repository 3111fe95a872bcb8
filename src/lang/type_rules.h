// Which operators take which types, and what they give. A null fits everywhere
// and gives null.
#pragma once
#include <optional>
#include <string_view>

#include "cep/value.h"
#include "expr/expr.h"

namespace cep::lang {

inline bool is_number(Type t) { return t == Type::kInt || t == Type::kDouble; }

// Values that `==`, `in` and branches of `if` may bring together.
bool comparable(Type a, Type b);
// Values with an order, for `<` and `min`.
bool ordered(Type t);
// The one type of two alternatives: int with double is double, null fits all. nullopt: they do not go
// together.
std::optional<Type> common_type(Type a, Type b);
// Result of `+ - * / %`; nullopt: not defined for these.
std::optional<Type> arithmetic_type(expr::Op op, Type a, Type b);
// `- x`.
std::optional<Type> negated_type(Type t);

// The operator of a binary node by its text.
std::optional<expr::Op> binary_op(std::string_view text);
inline bool is_comparison(expr::Op op) { return op >= expr::Op::kEq && op <= expr::Op::kGe; }
inline bool is_logic(expr::Op op) { return op == expr::Op::kOr || op == expr::Op::kAnd; }

}  // namespace cep::lang

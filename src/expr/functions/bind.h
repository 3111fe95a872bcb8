// Checks of argument types, for the rows of the function table.
#pragma once
#include <initializer_list>
#include <string>

#include "expr/functions.h"

namespace cep::expr::functions_detail {

// What an argument may be; null fits everywhere.
enum class Kind : uint8_t { kText, kInt, kNumber, kTime, kMeasure, kConvertible, kAny };

// The arguments that are there are of these kinds (a function may have fewer): empty, or "`length` takes a
// string, not an int".
std::string expect(std::string_view function, std::span<const ExprPtr> args,
                   std::initializer_list<Kind> kinds);

// All arguments go together (one type, or ints and doubles, which give double; nulls fit all): their type in
// *type.
std::string expect_alike(std::string_view function, std::span<const ExprPtr> args, Type* type);

// If argument `index` is there and a constant, it passes `check`, which gives the reason why not.
std::string expect_constant(std::span<const ExprPtr> args, size_t index,
                            std::string (*check)(std::string_view));

}  // namespace cep::expr::functions_detail

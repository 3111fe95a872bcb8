// Constants: `let`, durations, counts. Whatever is wrong is reported and gives nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"

namespace cep::lang {

// Binds all `let` of the program into context->lets, whatever their order.
void bind_lets(const std::vector<const ast::LetDecl*>& lets, Context* context);

// The constant that the expression folds to, a kConst node.
expr::ExprPtr constant(Context& context, const ast::Expr& e);
std::optional<int64_t> constant_int(Context& context, const ast::Expr& e, std::string_view what);

enum class Least : uint8_t { kAny, kZero, kAboveZero };
// A duration in milliseconds. `what` begins the message: "`within`".
std::optional<int64_t> constant_duration(Context& context, const ast::Expr& e, std::string_view what,
                                         Least least);

}  // namespace cep::lang

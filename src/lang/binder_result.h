// What comes out of a pattern: select, alert and its message, on timeout.
#pragma once
#include <optional>
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "lang/scope.h"
#include "plan/pattern.h"

namespace cep::lang {

// An expression that is wrong stays in the list as null, so that its name is known. `taken`: names that the
// record has already.
std::vector<plan::NamedExpr> bind_results(const std::vector<ast::NamedExpr>& list,
                                          const PatternScope& pattern, const std::vector<std::string>& taken,
                                          Context* context);

plan::Alert bind_alert(const ast::AlertDecl& decl, const PatternScope& pattern,
                       const std::vector<plan::NamedExpr>& selected, Context* context);

}  // namespace cep::lang

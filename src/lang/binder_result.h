// What comes out of a pattern, window or join: select, alert and its message, the stream that others read.
#pragma once
#include <optional>
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "lang/scope.h"
#include "plan/pattern.h"

namespace cep::lang {

// `select` in the given scope. An expression that is wrong stays in the list as null, so that its name is known.
// `taken`: names that the result has already.
std::vector<plan::NamedExpr> bind_results(const std::vector<ast::NamedExpr>& list, Scope scope,
                                          const std::vector<std::string>& taken, Context* context);

// In the scope of the results, with their names.
plan::Alert bind_alert(const ast::AlertDecl& decl, Scope scope, const std::vector<plan::NamedExpr>& selected,
                       Context* context);

// The stream that a pattern, window or join is: its key fields, `start`, `end`, the selected fields. Keys of type
// null are wrong or unknown.
Shape result_shape(const std::string& name, const std::vector<std::string>& keys,
                   const std::vector<Type>& key_types, const std::vector<plan::NamedExpr>& selected);

}  // namespace cep::lang

// Warning: the key of a join that can be null. Such a row pairs with nothing, and nobody is told.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// `node`: the join's, whose inputs stand in `plan`. REQUIRES a join without errors.
void warn_null_keys(const ast::JoinDecl& decl, const plan::Node& node, const plan::Plan& plan, Context* context);

}  // namespace cep::lang

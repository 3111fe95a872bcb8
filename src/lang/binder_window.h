// Windows to plan nodes: source and key, assigner, firing, aggregates, select, having, alert.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// Appends the window's node, and before it one for its `where`. Registers the window's shape and node number
// in the context, also when it is wrong. Warns where nothing is wrong.
void bind_window(const ast::WindowDecl& decl, plan::Plan* plan, Context* context);

}  // namespace cep::lang

// Joins to plan nodes: sides and keys, bounds or windows, where, select, alert.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// Appends the join's node; for a join of a stream with itself, before it one that passes the stream on as the
// second side, "<name>.<alias>". Registers the join's shape and node number in the context, also when it is wrong.
void bind_join(const ast::JoinDecl& decl, plan::Plan* plan, Context* context);

}  // namespace cep::lang

// Patterns to plan nodes: sources and keys, stages with their conditions, limits, select, alert.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// Registers the pattern's shape and node number in the context, also when it is wrong. Warns where nothing is
// wrong.
plan::Node bind_pattern(const ast::PatternDecl& decl, int number, Context* context);

}  // namespace cep::lang

// Warnings: a loop and what stands behind it take each other's events, so that no match is left:
// with a greedy loop, or with `notFollowedBy` behind one.
#pragma once
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/plan.h"

namespace cep::lang {

// REQUIRES a pattern without errors.
void warn_overlap(const ast::PatternDecl& decl, const plan::PatternNode& pattern, Context* context);

}  // namespace cep::lang

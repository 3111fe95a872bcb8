// Warnings: patterns that load but probably do not do what was meant, or keep more than was
// thought.
#pragma once
#include <cstdint>
#include <string>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/pattern.h"
#include "plan/plan.h"

namespace cep::lang {

// 1234567 as 1,234,567.
std::string grouped(uint64_t n);

// REQUIRES a pattern without errors.
void warn_pattern(const ast::PatternDecl& decl, const plan::PatternNode& pattern, Context* context);

}  // namespace cep::lang

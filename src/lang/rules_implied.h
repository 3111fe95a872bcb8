// Whether every event for which one condition holds fits another too: for warnings of stages that take each
// other's events. Like rules_never.h it proves what it says, and leaves alone what it does not see.
#pragma once
#include "expr/expr.h"

namespace cep::lang {

// Whether `b` is true wherever `a` is. Null pointers are conditions that always hold.
bool implies(const expr::ExprPtr& a, const expr::ExprPtr& b);

}  // namespace cep::lang

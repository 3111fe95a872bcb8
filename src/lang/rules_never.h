// Finds conditions that can never hold: constants, comparisons with what is always null, and simple
// contradictions such as `x == "a" and x == "b"` or `v > 5 and v < 3`. It proves what it says; what it does
// not see is left alone.
#pragma once
#include <vector>

#include "expr/expr.h"

namespace cep::lang {

// Whether the condition is true for no event. `empty` names, by stage, those that are taken to have no
// events: what is read of them is null, and their count is 0.
bool never_holds(const expr::Expr& condition, const std::vector<bool>& empty);

}  // namespace cep::lang

// The syntax tree as text, for tests and for people who look at the parser: one line per declaration, stage
// and clause, expressions in prefix form with parentheses, `(+ a (* b 2))`.
#pragma once
#include <string>

#include "lang/ast.h"

namespace cep::lang {

std::string dump(const ast::Expr& expr);
std::string dump(const ast::File& file);

}  // namespace cep::lang

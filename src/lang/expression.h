// The grammar of expressions, as rules for the other grammars. Only grammars' .cc files include this.
#pragma once
#include "lang/grammar_config.h"

namespace cep::lang {

using ExprRule = x3::rule<struct ExpressionTag, ast::ExprPtr>;
using SumRule = x3::rule<struct SumTag, ast::ExprPtr>;

inline const ExprRule expression = "an expression";
inline const SumRule sum = "a sum";  // `+ - * / %`, unary `-`: where a number or a duration stands

BOOST_SPIRIT_DECLARE(ExprRule, SumRule)

}  // namespace cep::lang

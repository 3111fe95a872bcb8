// The grammar of `pattern`. Only grammars' .cc files include this.
#pragma once
#include "lang/clause_grammar.h"

namespace cep::lang {

using PatternRule = x3::rule<struct PatternTag, ast::PatternDecl>;

inline const PatternRule pattern = "a pattern";  // from its word on

BOOST_SPIRIT_DECLARE(PatternRule)

}  // namespace cep::lang

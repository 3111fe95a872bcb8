// The grammar of a whole declaration. Included by the parser and its own .cc only.
#pragma once
#include "lang/pattern_grammar.h"

namespace cep::lang {

using DeclarationRule = x3::rule<struct DeclarationTag, ast::Declaration>;

inline const DeclarationRule declaration = "a declaration";

BOOST_SPIRIT_DECLARE(DeclarationRule)

}  // namespace cep::lang

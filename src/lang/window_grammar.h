// The grammar of `window` and `join`. Only grammars' .cc files include this.
#pragma once
#include "lang/clause_grammar.h"

namespace cep::lang {

using WindowRule = x3::rule<struct WindowTag, ast::WindowDecl>;
using JoinRule = x3::rule<struct JoinTag, ast::JoinDecl>;

inline const WindowRule window = "a window";  // from its word on
inline const JoinRule join = "a join";        // from `left` or its word on

BOOST_SPIRIT_DECLARE(WindowRule, JoinRule)

}  // namespace cep::lang

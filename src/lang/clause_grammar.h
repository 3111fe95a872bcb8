// The grammar of what several declarations share: keys, select, alert, unique. Only grammars' .cc files
// include this.
#pragma once
#include "lang/expression.h"

namespace cep::lang {

using KeysRule = x3::rule<struct KeysTag, std::vector<ast::Ident>>;
using SelectRule = x3::rule<struct SelectTag, std::vector<ast::NamedExpr>>;
using AlertRule = x3::rule<struct AlertTag, ast::AlertDecl>;
using UniqueRule = x3::rule<struct UniqueTag, ast::UniqueDecl>;

inline const KeysRule keys = "keys";             // FIELD | (FIELD, …)
inline const SelectRule select_list = "select";  // NAME = EXPR, … (after the word)
inline const AlertRule alert = "alert";          // from its word on
inline const UniqueRule unique = "unique";       // from its word on

BOOST_SPIRIT_DECLARE(KeysRule, SelectRule, AlertRule, UniqueRule)

inline MustMaker must_name(const char* what) { return must(what, Expected::kName); }
inline auto must_duration(const char* what) { return must(what, Expected::kDuration)[sum]; }

}  // namespace cep::lang

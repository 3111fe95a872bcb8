// The text of a message, cut at its braces.
#pragma once
#include <vector>

#include "lang/parse_state.h"

namespace cep::lang {

// `{EXPR}` is an expression, `{{` and `}}` are braces; escapes are read before braces. Mistakes inside are
// reported to `state`, and the rest of the message is read all the same.
std::vector<ast::AlertDecl::Part> parse_message(ParseState& state, const Token& token);

}  // namespace cep::lang

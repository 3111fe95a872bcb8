// What is said when the grammar can go no further: what was expected, what was found, and the way out for
// what people usually mean.
#pragma once
#include "lang/parse_state.h"

namespace cep::lang {

// What kind of thing was expected decides which ways out are looked for.
enum class Expected : uint8_t {
  kOther,
  kOperand,  // a value or condition
  kName,
  kClose,        // `)` or `]`
  kEnd,          // the end of an expression in a message
  kFirstStage,   // of a pattern or group
  kPatternBody,  // modifier, stage, clause or `}`
  kGroupBody,    // modifier, stage or `}`
  kTimeoutBody,  // select, alert or `}`
  kFields,       // `,` or `)` after a field of a stream, or an attribute
  kDuration,
  kList,    // after `in`
  kColumn,  // `=` after a name of select
  kTimes,   // a number of `times`
  kSkip,
  kText,      // a string
  kType,      // of a field
  kOpenBody,  // `{` after the head of a pattern
  kWindowHead,    // `{` after the head of a window or join
  kJoinKeys,      // `by` after a source of a join
  kSecondSource,  // `,` after the first one
  kWindowBody,    // clause or `}`
  kJoinBody,
  kEarly,        // after `early`
  kTableFields,  // `,` or `)` after a field of a table
};

Mistake unexpected(const ParseState& state, Iterator found, std::string_view what, Expected expected);

// At the top level nothing begins here. `before` is the declaration that ended here, or null.
Mistake no_declaration(const ParseState& state, Iterator found, const ast::Declaration* before);

// "`within`", "the string \"…\"", "the end of the file".
std::string describe(const ParseState& state, const Token& token);

}  // namespace cep::lang

// Text of others on its way to a terminal. What a terminal would obey, or would show as something else than it
// is, is written out: "\u001b" for a control character (as a string of the language and of JSON has it), "\xff"
// for a byte that is no UTF-8.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::base {

// Whether a terminal would obey it: C0 and C1 controls, DEL, line and paragraph separators, marks, embeddings,
// overrides and isolates of direction, the byte order mark.
bool is_control(int32_t code_point);

// `text` with all of these written out. visible_lines: line ends and tabs stay as they are.
std::string visible(std::string_view text);
std::string visible_lines(std::string_view text);

}  // namespace cep::base

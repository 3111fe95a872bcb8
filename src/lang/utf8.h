// The little of UTF-8 that the lexer asks.
#pragma once
#include <cstddef>
#include <string_view>

namespace cep::lang {

// Bytes of the code point at text[at] (shortest form, no surrogates, at most U+10FFFF); 0 if there is none.
size_t code_point_size(std::string_view text, size_t at);

// The same if it is not ASCII and a person would take it for a letter (punctuation and blanks beyond ASCII
// are none); else 0.
size_t letter_size(std::string_view text, size_t at);

}  // namespace cep::lang

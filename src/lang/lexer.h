// Text to tokens, before the grammar: what is wrong inside a word or a literal is reported here, and a token
// stands for what was meant, so that the grammar goes on. Linear in the text; no recursion.
#pragma once
#include <vector>

#include "lang/mistakes.h"
#include "lang/token.h"

namespace cep::lang {

inline constexpr size_t kMostWords = 1'000'000;  // of a load: words, numbers and signs, some hundred bytes each in the tree

// The tokens of `text`, then a kEnd. Opening symbols know what closes them (a declaration's begin closes
// nothing, so a brace that is missing in one declaration does not reach into the next). Stops, with a mistake
// reported, after `most` tokens or when `mistakes` is full.
std::vector<Token> lex(const Text& text, Mistakes* mistakes, size_t most = kMostWords);

// Does a declaration begin here beyond doubt: `pattern NAME on`, `stream NAME (`, `let NAME =` …? (Needs no
// more than three tokens more.)
bool begins_declaration(const Token* token);

// Reports bytes that are not UTF-8, and NUL, once; false if there are so many that this is no text.
bool check_encoding(const Text& text, Mistakes* mistakes);

}  // namespace cep::lang

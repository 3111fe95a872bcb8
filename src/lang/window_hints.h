// Ways out for words that stand where a clause of a window or a join is expected.
#pragma once
#include <string>
#include <vector>

#include "lang/token.h"

namespace cep::lang {

enum class TimedBody : uint8_t { kWindow, kJoin };

// What is said of a word of the language, or of another one, that has no place in this body; empty: nothing.
std::string misplaced_window_word(TimedBody body, Word word, const std::string& text);

// The words that can stand in this body, for the nearest of them.
std::vector<std::string> words_of_timed_body(TimedBody body);

}  // namespace cep::lang

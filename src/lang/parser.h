// Text to syntax tree, by Boost.Spirit X3. The only room with Spirit.
#pragma once
#include <vector>

#include "cep/diagnostic.h"
#include "lang/ast.h"

namespace cep::lang {

// Parses one file (`file` is its number in the load). Appends its mistakes to *errors and returns what could be read: after a mistake inside
// a declaration the parser goes on at the next declaration, so one load reports a mistake in each. Never throws, never overflows the stack:
// nesting beyond kMaxDepth, expressions higher than kMaxHeight, invalid UTF-8, NUL and files beyond kMaxFileBytes are errors.
inline constexpr int kMaxDepth = 200;
inline constexpr int kMaxHeight = 1000;  // of an expression's tree: `1 + 1 + …` is as high as it is long
inline constexpr size_t kMaxFileBytes = 64u << 20;
// *words_left (null: kMostWords of lexer.h): how many words, numbers and signs may follow, over all files of a load;
// less by those of this file afterwards.
ast::File parse(const SourceFile& source, uint32_t file, std::vector<Diagnostic>* errors, size_t* words_left = nullptr);

}  // namespace cep::lang

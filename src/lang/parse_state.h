// What the grammars share while one text is read: the text, its tokens, where mistakes go, and how deep the
// grammar is.
#pragma once
#include <string>

#include "lang/ast.h"
#include "lang/mistakes.h"
#include "lang/token.h"

namespace cep::lang {

using Iterator =
    const Token*;  // the one iterator of all grammars; the range ends before a kEnd that can be read

// Thrown where the grammar can go no further, caught where declarations (or the expressions of a message) are
// read.
struct Mistake {
  Span span;
  std::string message;
  bool silent = false;  // it follows from one that the lexer has reported
};

struct ParseState {
  const Text& text;
  Iterator begin;
  Iterator end;  // the kEnd
  Mistakes* mistakes;
  int depth = 0;
  bool failed = false;  // a mistake was reported without stopping (report)
  uint32_t cut_message = 0;  // where a message ends that has an open brace: its own quote may have ended it

  Span span(const Token& t) const { return text.span(t); }
  std::string_view of(const Token& t) const { return text.of(t); }
  // What was written at a place, as far as it lies in this text.
  std::string written(Span span) const;
  // The line of the file, from 1 on. (Of a message: 0.)
  size_t line(const Token& t) const;
  void report(Span span, std::string message) {
    failed = true;
    mistakes->add(span, std::move(message));
  }
};

// Names and literals of single tokens.
ast::Ident make_ident(const ParseState& state, const Token& token);
std::string string_value(const ParseState& state, const Token& token);

}  // namespace cep::lang

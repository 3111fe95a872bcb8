// Helpers of the parser's tests: a text in, the dump or the errors out.
#pragma once
#include <string>
#include <vector>

#include "lang/dump.h"
#include "lang/parser.h"

namespace cep::lang {

struct Parsed {
  SourceFile source;
  ast::File file;
  std::vector<Diagnostic> errors;

  // The text under the caret of error number i.
  std::string place(size_t i) const {
    const Span s = errors.at(i).span;
    return source.text.substr(s.begin, s.end - s.begin);
  }
  std::string shown() const { return render_all(errors, {source}); }
};

inline Parsed parse_text(const std::string& text) {
  Parsed p;
  p.source = {"test.cep", text};
  p.file = parse(p.source, 0, &p.errors);
  return p;
}

// The dump, or the errors if there are any.
inline std::string parse_dump(const std::string& text) {
  const Parsed p = parse_text(text);
  return p.errors.empty() ? dump(p.file) : p.shown();
}

// The dump of an expression, or the errors.
inline std::string parse_expr(const std::string& text) {
  const Parsed p = parse_text("let x = " + text);
  if (!p.errors.empty()) return p.shown();
  return p.file.declarations.size() == 1 ? dump(*p.file.declarations[0].let.value) : "?";
}

inline std::string pattern_text(const std::string& body) { return "pattern p on e {\n" + body + "\n}\n"; }

}  // namespace cep::lang

// Mistakes in what people wrote: a list, never an exception. One Diagnostic is one mistake at one place.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cep {

// A text that is loaded. `name` is what people see before the line number (a path, or "<test>").
struct SourceFile {
  std::string name;
  std::string text;
};

// Bytes [begin, end) of file number `file` of the load.
struct Span {
  uint32_t file = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class Severity : uint8_t { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  Span span;
  std::string message;  // what is wrong and the way out, one or more lines, no place
};

bool has_errors(const std::vector<Diagnostic>& list);

// Renders one diagnostic: "file:line:column: error: message", the line, a caret under the place (columns count code points, tabs are kept;
// a very long line is cut round the caret). `colour` adds ANSI colours. Ends with a line end.
std::string render(const Diagnostic& d, const std::vector<SourceFile>& files, bool colour = false);

// All of them: ordered by file, place, errors before warnings; two equal ones are one.
std::string render_all(std::vector<Diagnostic> list, const std::vector<SourceFile>& files, bool colour = false);

}  // namespace cep

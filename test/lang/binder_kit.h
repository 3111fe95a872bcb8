// Helpers of the binder's and the rules' tests: compile a text, look at what was said of it.
#pragma once
#include <string>
#include <vector>

#include "lang/compile.h"

namespace cep::lang {

struct Compiled {
  std::vector<SourceFile> files;
  CompileResult result;

  bool ok() const { return result.plan != nullptr; }
  const plan::Plan& plan() const { return *result.plan; }
  const plan::Node& node(const std::string& name) const {
    return plan().nodes.at(static_cast<size_t>(plan().find(name)));
  }
  const plan::PatternNode& pattern(const std::string& name) const { return *node(name).pattern; }

  size_t count(Severity severity) const {
    size_t n = 0;
    for (const Diagnostic& d : result.diagnostics) n += d.severity == severity;
    return n;
  }
  size_t errors() const { return count(Severity::kError); }
  size_t warnings() const { return count(Severity::kWarning); }
  // All of them as people see them.
  std::string text() const { return render_all(result.diagnostics, files); }
  // The source text under the caret of diagnostic number i.
  std::string place(size_t i) const {
    Span s = result.diagnostics.at(i).span;
    return files.at(s.file).text.substr(s.begin, s.end - s.begin);
  }
  std::string message(size_t i) const { return result.diagnostics.at(i).message; }
};

inline Compiled compile_files(std::vector<SourceFile> files) {
  Compiled c;
  c.files = std::move(files);
  c.result = compile(c.files);
  return c;
}

inline Compiled compile_text(const std::string& text) { return compile_files({{"test.cep", text}}); }

inline const std::string kStream =
    "stream e (id string, k string, v int, d double, b bool, t timestamp, ts timestamp) time ts\n";

// A program of one pattern on `e` with the given body, `within` included.
inline Compiled compile_pattern(const std::string& body) {
  return compile_text(kStream + "pattern p on e {\n" + body + "\n}\n");
}

// A stage `b` whose condition is the expression, after a stage `a`.
inline Compiled compile_condition(const std::string& expression) {
  return compile_pattern("begin a next b where " + expression + " within 1h");
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace cep::lang

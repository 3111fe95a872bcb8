// Any text is read, checked and planned without a crash; errors lie inside it and can be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lang/compile.h"
#include "lang/dump.h"
#include "lang/parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<cep::SourceFile> files = {{"fuzz.cep", std::string(reinterpret_cast<const char*>(data), size)}};
  std::vector<cep::Diagnostic> errors;
  const cep::lang::ast::File file = cep::lang::parse(files[0], 0, &errors);
  cep::lang::dump(file);
  for (const cep::Diagnostic& d : errors) {
    if (d.span.begin > d.span.end || d.span.end > size || d.message.empty()) std::abort();
  }
  const cep::lang::CompileResult result = cep::lang::compile(files);
  if ((result.plan == nullptr) != cep::has_errors(result.diagnostics)) std::abort();
  cep::render_all(result.diagnostics, files);
  return 0;
}

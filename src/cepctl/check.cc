// `cepctl check`: compiles, prints every mistake with its place, counts them.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "lang/compile.h"

namespace cep::cepctl {
namespace {

void print_json(const std::vector<Diagnostic>& list, const std::vector<SourceFile>& files, Output* out) {
  for (const Diagnostic& d : list) {
    const SourceFile& file = files.at(d.span.file);
    const Place begin = place_of(file.text, d.span.begin);
    const Place end = place_of(file.text, d.span.end);
    nlohmann::ordered_json j;
    j["file"] = file.name;
    j["line"] = begin.line;
    j["column"] = begin.column;
    j["end_line"] = end.line;
    j["end_column"] = end.column;
    j["severity"] = d.severity == Severity::kError ? "error" : "warning";
    j["message"] = d.message;
    out->write_line(j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

}  // namespace

int run_check(const CheckOptions& options) {
  auto files = read_program(options.files);
  if (!files.ok()) {
    complain(files.status().message());
    return kWrongUse;
  }
  const lang::CompileResult result = lang::compile(files.value());
  Output out;
  if (options.json) {
    print_json(result.diagnostics, files.value(), &out);
  } else {
    out.write(render_all(result.diagnostics, files.value(), wants_colour(1)));
  }
  if (!out.flush()) return kFindings;
  const size_t errors =
      static_cast<size_t>(std::count_if(result.diagnostics.begin(), result.diagnostics.end(),
                                        [](const Diagnostic& d) { return d.severity == Severity::kError; }));
  const size_t warnings = result.diagnostics.size() - errors;
  std::fprintf(stderr, "%s: %s, %s\n", counted(files.value().size(), "file").c_str(),
               counted(errors, "error").c_str(), counted(warnings, "warning").c_str());
  return errors > 0 ? kFindings : kDone;
}

}  // namespace cep::cepctl

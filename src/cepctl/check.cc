// `cepctl check`: compiles, prints every mistake with its place, counts them.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/terminal.h"
#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "lang/compile.h"

namespace cep::cepctl {
namespace {

// In the order in which render_all() shows them, each once.
std::vector<Diagnostic> in_order(std::vector<Diagnostic> list) {
  auto key = [](const Diagnostic& d) {
    return std::tie(d.span.file, d.span.begin, d.severity, d.span.end, d.message);
  };
  std::stable_sort(list.begin(), list.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  list.erase(std::unique(list.begin(), list.end(),
                         [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }),
             list.end());
  return list;
}

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
  const std::vector<Diagnostic> mistakes = in_order(result.diagnostics);
  Output out;
  if (options.json) {
    print_json(mistakes, files.value(), &out);
  } else {
    out.write(render_all(result.diagnostics, files.value(), base::wants_colour(1)));
  }
  if (!out.flush()) return kFindings;
  const size_t errors = static_cast<size_t>(std::count_if(
      mistakes.begin(), mistakes.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; }));
  const size_t warnings = mistakes.size() - errors;
  std::fprintf(stderr, "%s: %s, %s\n", counted(files.value().size(), "file").c_str(),
               counted(errors, "error").c_str(), counted(warnings, "warning").c_str());
  return errors > 0 ? kFindings : kDone;
}

}  // namespace cep::cepctl

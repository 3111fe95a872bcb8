// `cepctl explain`: the plan of pattern files, with what the compiler warns of.
#include "base/terminal.h"
#include "base/visible.h"
#include "plan/explain.h"

#include <cstdio>

#include "cepctl/commands.h"
#include "cepctl/console.h"
#include "cepctl/files.h"
#include "lang/compile.h"

namespace cep::cepctl {

int run_explain(const ExplainOptions& options) {
  auto files = read_program(options.files);
  if (!files.ok()) {
    complain(files.status().message());
    return kWrongUse;
  }
  const lang::CompileResult result = lang::compile(files.value());
  if (result.plan == nullptr) {
    std::fputs(render_all(result.diagnostics, files.value(), base::wants_colour(2)).c_str(), stderr);
    return kFindings;
  }
  const bool for_programs = options.dot || options.json;
  if (for_programs) {
    std::fputs(render_all(result.diagnostics, files.value(), base::wants_colour(2)).c_str(), stderr);
  }
  Output out;
  if (options.dot) {
    out.write(plan::explain_dot(*result.plan, files.value()));
  } else if (options.json) {
    out.write(plan::explain_json(*result.plan, files.value()));
  } else {
    out.write(base::visible_lines(plan::explain_text(*result.plan, files.value())));
    if (!result.diagnostics.empty()) {
      out.write("\nwarnings\n" + render_all(result.diagnostics, files.value(), base::wants_colour(1)));
    }
  }
  return out.flush() ? kDone : kFindings;
}

}  // namespace cep::cepctl

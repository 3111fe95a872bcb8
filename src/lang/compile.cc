#include "lang/compile.h"

#include "lang/binder.h"
#include "lang/fingerprint.h"
#include "lang/parser.h"
#include "plan/nfa/nfa_compiler.h"

namespace cep::lang {

CompileResult compile(const std::vector<SourceFile>& files) {
  CompileResult result;
  std::vector<ast::File> trees;
  for (size_t i = 0; i < files.size(); ++i)
    trees.push_back(parse(files[i], static_cast<uint32_t>(i), &result.diagnostics));
  auto plan = std::make_shared<plan::Plan>(bind(trees, files, &result.diagnostics));
  if (has_errors(result.diagnostics)) return result;
  for (plan::Node& node : plan->nodes) {
    if (node.kind != plan::NodeKind::kPattern) continue;
    std::string reason = plan::compile_nfa(node.pattern.get());
    if (!reason.empty())
      result.diagnostics.push_back(
          {Severity::kError, node.span, "`" + node.name + "` cannot be compiled: " + reason});
  }
  if (has_errors(result.diagnostics)) return result;
  set_fingerprints(trees, files, plan.get());
  result.plan = std::move(plan);
  return result;
}

}  // namespace cep::lang

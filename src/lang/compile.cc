#include "lang/compile.h"

#include "lang/binder.h"
#include "lang/fingerprint.h"
#include "lang/lexer.h"
#include "lang/parser.h"
#include "plan/nfa/nfa_compiler.h"
#include "plan/routes.h"

namespace cep::lang {

namespace {

// The first declaration that rows reach by too many routes; those above it are no better.
void refuse_routes(const plan::Plan& plan, std::vector<Diagnostic>* diagnostics) {
  const std::vector<uint32_t> routes = plan::count_routes(plan);
  for (const plan::Node& node : plan.nodes) {
    if (plan::first_routes(node.inputs, routes).back() <= plan::kMostRoutes) continue;
    diagnostics->push_back({Severity::kError, node.span,
                            "rows reach `" + node.name + "` by more than " + std::to_string(plan::kMostRoutes) +
                                " routes, since unions below it read the same streams again and again, and an event may come by each of "
                                "them; let a union read what lies below only once"});
    return;
  }
}

constexpr size_t kMostStates = 200'000;  // of all automata: some hundred bytes each

void compile_automata(plan::Plan* plan, bool recorded, std::vector<Diagnostic>* diagnostics) {
  size_t states = 0;
  for (plan::Node& node : plan->nodes) {
    if (node.kind != plan::NodeKind::kPattern) continue;
    std::string reason = plan::compile_nfa(node.pattern.get());
    if (!reason.empty())
      diagnostics->push_back({Severity::kError, node.span, "`" + node.name + "` cannot be compiled: " + reason});
    states += node.pattern->nfa.states.size();
    if (states <= kMostStates || recorded) continue;
    diagnostics->push_back({Severity::kError, node.span,
                            "with `" + node.name + "` the patterns of this program have more than " +
                                std::to_string(kMostStates) + " states; repeat less (`times`), or load fewer at once"});
    return;
  }
}

}  // namespace

CompileResult compile(const std::vector<SourceFile>& files, bool recorded) {
  CompileResult result;
  std::vector<ast::File> trees;
  size_t words_left = kMostWords;
  for (size_t i = 0; i < files.size(); ++i)
    trees.push_back(parse(files[i], static_cast<uint32_t>(i), &result.diagnostics, &words_left));
  auto plan = std::make_shared<plan::Plan>(bind(trees, files, recorded, &result.diagnostics));
  if (has_errors(result.diagnostics)) return result;
  refuse_routes(*plan, &result.diagnostics);
  compile_automata(plan.get(), recorded, &result.diagnostics);
  if (has_errors(result.diagnostics)) return result;
  set_fingerprints(trees, files, plan.get());
  result.plan = std::move(plan);
  return result;
}

}  // namespace cep::lang

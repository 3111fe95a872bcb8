// What may stand at a stage: its modifiers become a quantifier, and what has no meaning there is refused
// when the file is loaded, at the word that is too much. One call reads all stages of a
// pattern.
#pragma once
#include <string>
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "lang/scope.h"
#include "plan/pattern.h"

namespace cep::lang {

// The first modifier of a kind; null if there is none.
const ast::Modifier* find_modifier(const ast::Stage& stage, ast::Modifier::Kind kind);

struct StageList {
  std::vector<plan::Stage> sequence;    // one per ast::Stage, groups nested alike; conditions not bound yet
  std::vector<ScopeStage> named;        // order of the text, groups inlined
  std::vector<const ast::Stage*> text;  // of `named`
};

// `inputs`: names of the pattern's sources, for `NAME : SOURCE`.
StageList read_stages(const std::vector<ast::Stage>& stages, const std::vector<std::string>& inputs,
                      Context* context);

// What concerns several clauses of a pattern.
struct PatternLimits {
  int64_t within_ms = -1;
  Span within_span;
  int64_t gap_ms = -1;
  Span gap_span;
};
void check_limits(const StageList& stages, const std::vector<ast::Stage>& text, const PatternLimits& limits,
                  Context* context);

inline bool is_negated(plan::Contiguity c) {
  return c == plan::Contiguity::kNotNext || c == plan::Contiguity::kNotFollowedBy;
}
inline bool is_loop(const plan::Stage& s) { return s.times_max > 1; }

}  // namespace cep::lang

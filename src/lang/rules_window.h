// What may stand in the body of a window or a join: each clause once, of alternatives one, and only where it
// means something. What is too much is reported at its word.
#pragma once
#include <vector>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/join.h"
#include "plan/window.h"

namespace cep::lang {

struct WindowClauses {  // null: not there
  const ast::WindowClause* kind = nullptr;  // tumbling … global, between
  const ast::WindowClause* where = nullptr;
  const ast::WindowClause* lateness = nullptr;
  const ast::WindowClause* early = nullptr;
  const ast::WindowClause* accumulation = nullptr;
  const ast::WindowClause* limit_keys = nullptr;
  const ast::WindowClause* select = nullptr;
  const ast::WindowClause* having = nullptr;
  const ast::WindowClause* alert = nullptr;
};

// Reports repeats; of several the first is kept.
WindowClauses sort_clauses(const std::vector<ast::WindowClause>& clauses, Context* context);

// Into which windows events come; of a window or a window join. REQUIRES clause.kind <= kGlobal.
void read_assigner(const ast::WindowClause& clause, plan::WindowAssigner* assigner, Context* context);
// When a window fires, what its results carry, how long it stays. Reads the assigner.
void read_firing(const WindowClauses& clauses, plan::WindowNode* window, Context* context);
// `between D and D`.
void read_bounds(const ast::WindowClause& clause, plan::JoinNode* join, Context* context);

// State without a bound, windows that hold or lose more than was meant. Call where nothing is wrong.
void warn_window(const WindowClauses& clauses, const ast::WindowDecl& decl, const plan::WindowNode& window,
                 Context* context);
void warn_assigner(const ast::WindowClause& clause, const plan::WindowAssigner& assigner, Context* context);
// So many windows an event that each makes a great many records. `alert`: null if there is none.
void warn_many_windows(const ast::WindowClause& clause, const plan::WindowAssigner& assigner, const plan::Alert* alert, Context* context);

}  // namespace cep::lang

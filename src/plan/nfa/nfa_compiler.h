// Compiles the stages of a pattern into its automaton: one function per construction. Pure. The rules, one by one: test/oracle/naive_matcher.h;
// Flink's NFACompiler is the model, the edges follow those.
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "plan/plan.h"

namespace cep::plan {

// Fills pattern->nfa from pattern->sequence; may append gap predicates to pattern->predicates. REQUIRES a pattern that lang/rules has passed.
// Returns an empty string, or why it cannot be compiled (too many states: at most kMaxStates).
inline constexpr uint32_t kMaxStates = 20000;
std::string compile_nfa(PatternNode* pattern);

// One state a line block, edges in order, conditions by predicate number (`p3 & !p1`): the golden dump, and what `explain` prints.
std::string dump_nfa(const PatternNode& pattern);

}  // namespace cep::plan

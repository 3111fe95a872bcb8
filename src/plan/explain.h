// A plan for people and programs: `cepctl explain`. Pure. `files` are the texts that the plan was compiled
// from: conditions are shown as they were written (without files: as their canonical text).
#pragma once
#include <string>
#include <vector>

#include "cep/diagnostic.h"
#include "plan/plan.h"

namespace cep::plan {

// For a reader who has never seen the language: streams with their watermarks, then each operator: what it
// reads, its key, its stages in words, its limits, its state, its automaton.
std::string explain_text(const Plan& plan, const std::vector<SourceFile>& files);

// Graphviz: the graph of operators, and one cluster for each automaton.
std::string explain_dot(const Plan& plan, const std::vector<SourceFile>& files);

// One object on one line: {"nodes":[…]}, and "tables" if there are any.
std::string explain_json(const Plan& plan, const std::vector<SourceFile>& files);

}  // namespace cep::plan

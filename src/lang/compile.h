// Text to plan: parse, bind, check the rules, plan. All mistakes of all files at once, each once.
#pragma once
#include <memory>
#include <vector>

#include "cep/diagnostic.h"
#include "plan/plan.h"

namespace cep::lang {

struct CompileResult {
  std::shared_ptr<const plan::Plan> plan;  // null if there is an error
  std::vector<Diagnostic> diagnostics;     // errors and warnings
};

// `recorded`: a program that was in force before, as a journal has it. What was taken once is taken again: refusals
// that came later (of what has no use, of sizes) are warnings then.
CompileResult compile(const std::vector<SourceFile>& files, bool recorded = false);

}  // namespace cep::lang

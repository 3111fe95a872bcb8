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

CompileResult compile(const std::vector<SourceFile>& files);

}  // namespace cep::lang

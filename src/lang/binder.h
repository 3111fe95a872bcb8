// Names and types: syntax tree to bound declarations (plan::Plan without automata). Reports all mistakes at once, each once.
#pragma once
#include <vector>

#include "cep/diagnostic.h"
#include "lang/ast.h"
#include "plan/plan.h"

namespace cep::lang {

const ast::Ident& name_of(const ast::Declaration& declaration);

// Binds all files together (one namespace). Appends errors and warnings. The plan is meaningful only if no error was appended.
// `recorded`: see compile.h.
plan::Plan bind(const std::vector<ast::File>& files, const std::vector<SourceFile>& sources, bool recorded,
                std::vector<Diagnostic>* diagnostics);

}  // namespace cep::lang

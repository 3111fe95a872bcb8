// What tells whether a declaration is still the one it was when a program is loaded in the place of another: a hash of its words, blanks and comments aside, and of the
// fingerprints of everything it reads: sources, tables, constants, at any depth.
#pragma once
#include <vector>

#include "cep/diagnostic.h"
#include "lang/ast.h"
#include "plan/plan.h"

namespace cep::lang {

// Sets the fingerprint of every node and table of the plan. `trees` are what parse() made of `sources`. REQUIRES they were bound without a mistake.
void set_fingerprints(const std::vector<ast::File>& trees, const std::vector<SourceFile>& sources, plan::Plan* plan);

}  // namespace cep::lang

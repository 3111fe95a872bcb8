// What a declaration needs to be bound before it: its sources, and the tables that its expressions look up.
#pragma once
#include <string>
#include <vector>

#include "lang/ast.h"

namespace cep::lang {

// Names as written, repeats kept; whether there is such a thing is not looked at.
std::vector<std::string> used_by(const ast::Declaration& declaration);

}  // namespace cep::lang

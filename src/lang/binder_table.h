// Tables: fields, key, where the rows come from.
#pragma once
#include <string>

#include "lang/ast.h"
#include "lang/binder_context.h"
#include "plan/table.h"

namespace cep::lang {

// Registers the table's shape and number in the context, also when it is wrong. `folder`: of its pattern file.
plan::Table bind_table(const ast::TableDecl& decl, int number, const std::string& folder, Context* context);

// `from stream S`, once S is bound.
void link_table(const ast::TableDecl& decl, plan::Table* table, Context* context);

}  // namespace cep::lang

#include "lang/binder_uses.h"

namespace cep::lang {

using ast::Declaration;

namespace {

class Uses {
 public:
  explicit Uses(std::vector<std::string>* names) : names_(names) {}

  void name(const ast::Ident& ident) { names_->push_back(ident.name); }

  void tables(const ast::ExprPtr& e) {
    if (!e) return;
    if (e->kind == ast::Expr::kLookup || e->kind == ast::Expr::kInTable) name(e->names[0]);
    for (const ast::ExprPtr& arg : e->args) tables(arg);
  }
  void tables(const std::vector<ast::NamedExpr>& list) {
    for (const ast::NamedExpr& named : list) tables(named.expr);
  }
  void tables(const ast::AlertDecl& alert) {
    for (const ast::AlertDecl::Part& part : alert.message) tables(part.expr);
  }
  void tables(const std::vector<ast::Stage>& stages) {
    for (const ast::Stage& stage : stages) {
      for (const ast::Modifier& modifier : stage.modifiers) tables(modifier.expr);
      tables(stage.group);
    }
  }
  void tables(const std::vector<ast::Clause>& clauses) {
    for (const ast::Clause& clause : clauses) {
      tables(clause.select);
      tables(clause.alert);
      tables(clause.timeout);
    }
  }
  void tables(const std::vector<ast::WindowClause>& clauses) {
    for (const ast::WindowClause& clause : clauses) {
      tables(clause.expr);
      tables(clause.select);
      tables(clause.alert);
    }
  }

 private:
  std::vector<std::string>* names_;
};

}  // namespace

std::vector<std::string> used_by(const Declaration& d) {
  std::vector<std::string> names;
  Uses uses(&names);
  switch (d.kind) {
    case Declaration::kDerived:
      for (const ast::Ident& source : d.derived.sources) uses.name(source);
      uses.tables(d.derived.where);
      uses.tables(d.derived.select);
      break;
    case Declaration::kPattern:
      for (const ast::SourceRef& source : d.pattern.sources) uses.name(source.name);
      uses.tables(d.pattern.stages);
      uses.tables(d.pattern.clauses);
      break;
    case Declaration::kWindow:
      uses.name(d.window.source.name);
      uses.tables(d.window.clauses);
      break;
    case Declaration::kJoin:
      uses.name(d.join.a.name);
      uses.name(d.join.b.name);
      uses.tables(d.join.clauses);
      break;
    case Declaration::kTable:
      if (d.table.from_stream) uses.name(d.table.stream);
      break;
    default:
      break;
  }
  return names;
}

}  // namespace cep::lang

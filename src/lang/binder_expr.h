// Expressions: syntax tree to bound tree, names resolved and types checked. A subexpression that is wrong is
// reported where it stands and binds to null, which silences everything round it: each mistake once.
#pragma once
#include <optional>
#include <string>

#include "expr/aggregates.h"
#include "expr/expr.h"
#include "lang/ast.h"
#include "lang/binder_context.h"
#include "lang/scope.h"

namespace cep::lang {

class ExprBinder {
 public:
  // Both must outlive the binder.
  ExprBinder(Context& context, const Scope& scope) : context_(context), scope_(scope) {}

  // The bound expression, constants folded; null if a mistake was reported.
  expr::ExprPtr bind(const ast::Expr& e);
  // The same, nothing folded: the caller wants to see what the folding meets.
  expr::ExprPtr bind_unfolded(const ast::Expr& e);
  // The same; it must be true or false. `what` names the place in the message ("`where`").
  expr::ExprPtr condition(const ast::Expr& e, std::string_view what);
  // A name alone (throttle keys).
  expr::ExprPtr bind_name_alone(const ast::Ident& name) { return without_list(bind_name(name), false); }

 private:
  expr::ExprPtr dispatch(const ast::Expr& e);
  expr::ExprPtr bind_name(const ast::Ident& name);
  // Refuses a list, but as the whole of what a window selects.
  expr::ExprPtr without_list(expr::ExprPtr bound, bool whole);
  expr::ExprPtr literal(const ast::Expr& e);
  expr::ExprPtr integer(const ast::Expr& e, bool negative);
  expr::ExprPtr unary(const ast::Expr& e);
  expr::ExprPtr binary(const ast::Expr& e);
  expr::ExprPtr compare(const ast::Expr& e, expr::Op op, expr::ExprPtr left, expr::ExprPtr right);
  expr::ExprPtr logic(const ast::Expr& e, expr::Op op, expr::ExprPtr left, expr::ExprPtr right);
  expr::ExprPtr in_list(const ast::Expr& e);
  expr::ExprPtr matches(const ast::Expr& e);
  expr::ExprPtr choose(const ast::Expr& e);  // if(c, x, y)
  void refuse_comparison(const ast::Expr& place, const std::string& word, const ast::Expr& left_text,
                         const expr::Expr& left, const ast::Expr& right_text, const expr::Expr& right);

  // binder_names.cc
  expr::ExprPtr member(const ast::Expr& e);
  expr::ExprPtr row_field(const ast::Ident& name, bool* known);
  expr::ExprPtr stage_field(int stage, const ast::Ident& field, expr::Op op, int index, Span span);
  bool stage_can_be_read(int stage, std::string_view field, Span span);
  void refuse_place(const FieldPlace& place, const ast::Ident& name, const std::vector<std::string>& inputs,
                    std::string_view stage);
  void refuse_name(const ast::Ident& name);
  void refuse_qualifier(const ast::Expr& e);

  // binder_window_names.cc: results of windows, expressions of joins
  expr::ExprPtr window_name(const ast::Ident& name, bool* known);
  std::vector<std::string> window_names() const;
  expr::ExprPtr join_name(const ast::Ident& name, bool* known);
  expr::ExprPtr side_field(int side, const ast::Ident& field, Span span);
  void refuse_side(const ast::Expr& e);

  // binder_aggregate.cc
  expr::ExprPtr aggregate(const ast::Expr& e, const ast::Expr* filter);
  bool aggregate_argument(const ast::Expr& e, const ast::Ident& function, const Scope& rows,
                          expr::AggregateCall* call);
  bool aggregate_constant(const ast::Expr& e, const ast::Ident& function, expr::AggregateCall* call);
  expr::ExprPtr filter(const ast::Expr& e);
  // Says that there is no window here to aggregate over.
  void refuse_aggregate(const ast::Ident& name);

  // binder_lookup.cc: tables
  expr::ExprPtr lookup(const ast::Expr& e);
  expr::ExprPtr in_table(const ast::Expr& e);
  const TableShape* find_table(const ast::Ident& name, bool in);
  expr::ExprPtr table_key(const ast::Expr& e, expr::ExprPtr value, const ast::Ident& table,
                          const event::Field& field);

  // binder_calls.cc
  expr::ExprPtr call(const ast::Expr& e);
  expr::ExprPtr stage_call(const ast::Expr& e);
  expr::ExprPtr count_stage(const ast::Expr& e);
  bool stage_argument(const ast::Expr& e, const ast::Expr& argument, int* stage);
  std::optional<int> event_number(const ast::Expr& e);

  Context& context_;
  const Scope& scope_;
  int depth_ = 0;
};

// A node without constant and slots.
std::shared_ptr<expr::Expr> make_node(expr::Op op, Type type, Span span,
                                      std::vector<expr::ExprPtr> args = {});
expr::ExprPtr make_constant(const Value& value, Span span);
// The same value as a double, where it is an int.
expr::ExprPtr as_double(expr::ExprPtr e);

}  // namespace cep::lang

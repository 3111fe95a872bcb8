// Aggregates of windows: calls over the rows, each distinct one computed once.
#include "lang/binder_constant.h"
#include "lang/binder_expr.h"
#include "lang/type_rules.h"

namespace cep::lang {

using ast::Expr;
using expr::AggregateCall;
using expr::ExprPtr;
using expr::Op;

namespace {

bool takes_share(std::string_view name) { return name == "percentile" || name == "approx_percentile"; }

std::string several_hint(std::string_view name) {
  if (name == "min") return "; the least of several values is least(…)";
  if (name == "max") return "; the greatest of several values is greatest(…)";
  return "";
}

std::string text_of(const ExprPtr& e) { return e ? expr::canonical_text(*e) : ""; }

std::string key_of(const AggregateCall& call) {
  return std::to_string(call.function) + "|" + text_of(call.argument) + "|" + text_of(call.filter) + "|" +
         std::to_string(call.p) + "|" + std::to_string(call.k);
}

const expr::Aggregate& row_of(const AggregateCall& call) {
  return expr::aggregates()[static_cast<size_t>(call.function)];
}

}  // namespace

ExprPtr ExprBinder::aggregate(const Expr& e, const Expr* filter) {
  const ast::Ident& name = e.names[0];
  if (!scope_.window) {
    refuse_aggregate(name);
    return nullptr;
  }
  AggregateCall call;
  call.function = expr::find_aggregate(name.name);
  const expr::Aggregate& row = row_of(call);
  int given = static_cast<int>(e.args.size());
  if (given < row.min_args || given > row.max_args) {
    context_.report.error(name.span, "`" + name.name + "` takes other arguments: " +
                                         std::string(row.signature) + several_hint(name.name));
    return nullptr;
  }
  Scope rows;
  rows.place = Scope::kRow;
  rows.rows = {scope_.window->source};
  rows.qualifiers = {scope_.window->source_name};
  rows.no_aggregates =
      "cannot stand inside another aggregate; give it a window of its own and read that with a second one";
  bool fine = e.args.empty() || aggregate_argument(*e.args[0], name, rows, &call);
  if (given > 1) fine &= aggregate_constant(*e.args[1], name, &call);
  if (filter) {
    call.filter = ExprBinder(context_, rows).condition(*filter->args[1], "`filter`");
    fine &= call.filter != nullptr;
  }
  if (!fine) return nullptr;
  Type argument = call.argument ? call.argument->type : Type::kNull;
  std::string reason = row.bind(argument, &call.type);
  if (!reason.empty()) {
    context_.report.error(e.span, reason + " (" + std::string(row.signature) + ")");
    return nullptr;
  }
  auto node = make_node(Op::kAggregate, call.type, filter ? filter->span : e.span);
  auto& all = scope_.window->aggregates;
  auto [it, fresh] = scope_.window->numbers.try_emplace(key_of(call), static_cast<int>(all.size()));
  if (fresh) all.push_back(std::move(call));
  node->index = it->second;
  return node;
}

bool ExprBinder::aggregate_argument(const Expr& e, const ast::Ident& function, const Scope& rows,
                                    AggregateCall* call) {
  if (e.kind == Expr::kName && scope_.selected) {
    const std::string& name = e.names[0].name;
    bool field = find_field(rows.rows, -1, name).status != FieldPlace::kMissing;
    for (const plan::NamedExpr& selected : *scope_.selected) {
      if (field || selected.name != name) continue;
      context_.report.error(e.span, "`" + name + "` is a value of `select`, one for each window; write `" +
                                        name + "` without `" + function.name + "`");
      return false;
    }
  }
  call->argument = ExprBinder(context_, rows).bind(e);
  return call->argument != nullptr;
}

// The second argument: which percentile, how many of the most frequent.
bool ExprBinder::aggregate_constant(const Expr& e, const ast::Ident& function, AggregateCall* call) {
  std::string name = "`" + function.name + "`";
  if (!takes_share(function.name)) {
    auto k = constant_int(context_, e, "the number of values of " + name);
    if (!k) return false;
    call->k = *k;
    if (*k < 1) context_.report.error(e.span, name + " gives at least 1 value");
    return *k >= 1;
  }
  ExprPtr value = constant(context_, e);
  if (!value) return false;
  Value p = value->constant.get();
  if (is_number(p.type)) {
    call->p = p.type == Type::kInt ? static_cast<double>(p.i) : p.d;
    if (call->p >= 0 && call->p <= 1) return true;
  }
  context_.report.error(e.span, name + " needs a constant from 0 to 1, such as 0.95 for the 95th percentile");
  return false;
}

ExprPtr ExprBinder::filter(const Expr& e) {
  const Expr& call = *e.args[0];
  bool is_aggregate = call.kind == Expr::kCall && expr::find_aggregate(call.names[0].name) >= 0;
  if (scope_.window && is_aggregate) return aggregate(call, &e);
  std::string out = scope_.window    ? "it stands after one: count() filter (…)"
                    : scope_.pattern ? "in a pattern give the stage a condition"
                                     : "here is none";
  context_.report.error(e.op_span.end > e.op_span.begin ? e.op_span : e.span,
                        "`filter` belongs to the aggregates of windows; " + out);
  return nullptr;
}

void ExprBinder::refuse_aggregate(const ast::Ident& name) {
  std::string text = "`" + name.name + "` ";
  if (!scope_.no_aggregates.empty()) {
    text += scope_.no_aggregates;
  } else if (scope_.pattern) {
    text += "is an aggregate of windows; over the events of a stage there are count, sum, avg, min, max, "
            "first and last";
  } else {
    text += "is over the events of a pattern's stage or of a window, and here is neither" +
            several_hint(name.name);
  }
  context_.report.error(name.span, text);
}

}  // namespace cep::lang

// Calls: the scalar functions of expr/functions.h, and what reads the events of a stage (first, last, count,
// sum, avg, min, max).
#include <algorithm>
#include <limits>

#include "expr/aggregates.h"
#include "expr/functions.h"
#include "lang/binder_constant.h"
#include "lang/binder_expr.h"
#include "lang/type_rules.h"

namespace cep::lang {

using ast::Expr;
using expr::ExprPtr;
using expr::Op;

namespace {

struct StageFunction {
  std::string_view name;
  Op op;
};
constexpr StageFunction kStageFunctions[] = {
    {"count", Op::kStageCount}, {"sum", Op::kStageSum},     {"avg", Op::kStageAvg},  {"min", Op::kStageMin},
    {"max", Op::kStageMax},     {"first", Op::kStageFirst}, {"last", Op::kStageLast}};

const StageFunction* find_stage_function(std::string_view name) {
  for (const StageFunction& f : kStageFunctions)
    if (f.name == name) return &f;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const expr::Function& f : expr::functions()) names.emplace_back(f.name);
  for (const expr::Aggregate& f : expr::aggregates()) names.emplace_back(f.name);
  names.emplace_back("if");
  return names;
}

// Type of an aggregate over values of type t, or a reason.
std::string aggregate_type(Op op, Type t, Type* type) {
  *type = op == Op::kStageAvg ? Type::kDouble : t;
  if (op == Op::kStageFirst || op == Op::kStageLast) return "";
  if (op == Op::kStageMin || op == Op::kStageMax) return ordered(t) ? "" : "needs values with an order";
  if (t == Type::kDuration) *type = t;
  return is_number(t) || t == Type::kDuration || t == Type::kNull ? "" : "adds numbers or durations";
}

}  // namespace

ExprPtr ExprBinder::call(const Expr& e) {
  const ast::Ident& name = e.names[0];
  if (scope_.pattern && find_stage_function(name.name)) return stage_call(e);
  if (expr::find_aggregate(name.name) >= 0) return aggregate(e, nullptr);
  int number = expr::find_function(name.name);
  std::vector<ExprPtr> args, folded;  // folded: a function sees whether an argument is constant
  bool fine = true;
  bool aggregate_meant = number < 0 && scope_.window;  // then its arguments mean something else
  for (const ast::ExprPtr& arg : e.args) {
    if (aggregate_meant) break;
    args.push_back(bind(*arg));
    fine &= args.back() != nullptr;
    folded.push_back(args.back() ? expr::fold(args.back()) : nullptr);
  }
  if (number < 0) {
    bool clock = name.name == "now" || name.name == "current_timestamp" || name.name == "today";
    context_.report.error(name.span, "there is no function `" + name.name + "`" +
                                         (clock ? "; results depend on the events alone: compare the time of events"
                                                : did_you_mean(name.name, function_names())));
    return nullptr;
  }
  const expr::Function& f = expr::functions()[static_cast<size_t>(number)];
  int given = static_cast<int>(args.size());
  if (given < f.min_args || (f.max_args >= 0 && given > f.max_args)) {
    context_.report.error(name.span,
                          "`" + name.name + "` takes other arguments: " + std::string(f.signature));
    return nullptr;
  }
  if (!fine) return nullptr;
  Type type = Type::kNull;
  std::string reason = f.bind(folded, &type);
  if (!reason.empty()) {
    context_.report.error(e.span, reason + " (" + std::string(f.signature) + ")");
    return nullptr;
  }
  auto node = make_node(Op::kCall, type, e.span, std::move(args));
  node->index = number;
  return node;
}

ExprPtr ExprBinder::stage_call(const Expr& e) {
  const StageFunction& f = *find_stage_function(e.names[0].name);
  std::string name(f.name);
  if (f.op == Op::kStageCount) return count_stage(e);
  bool numbered = f.op == Op::kStageFirst || f.op == Op::kStageLast;
  if (e.args.empty() || e.args.size() > (numbered ? 2u : 1u)) {
    std::string several;
    if (f.op == Op::kStageMin) several = "; the least of several values is least(…)";
    if (f.op == Op::kStageMax) several = "; the greatest of several values is greatest(…)";
    context_.report.error(e.names[0].span, "`" + name + "` takes a field of a stage" +
                                               (numbered ? " and, if wanted, which one from 0 on: " : ": ") +
                                               name + (numbered ? "(STAGE.FIELD, 1)" : "(STAGE.FIELD)") +
                                               several);
    return nullptr;
  }
  int stage = -1;
  if (!stage_argument(e, *e.args[0], &stage)) return nullptr;
  int index = 0;
  if (e.args.size() == 2) {
    auto number = event_number(*e.args[1]);
    if (!number) return nullptr;
    index = *number;
  }
  const ast::Ident& field = e.args[0]->names[1];
  ExprPtr node = stage_field(stage, field, f.op, index, e.args[0]->span);
  if (!node) return nullptr;
  Type type = Type::kNull;
  std::string reason = aggregate_type(f.op, node->type, &type);
  if (!reason.empty()) {
    context_.report.error(e.args[0]->span, "`" + name + "` " + reason + ", but " +
                                               context_.report.quote(e.args[0]->span) + " is " +
                                               a_type(node->type));
    return nullptr;
  }
  if (node->type == Type::kNull) return make_constant(Value::null(), e.span);
  auto result = std::make_shared<expr::Expr>(*node);
  result->field_type = node->type;
  result->type = type;
  result->span = e.span;
  return result;
}

ExprPtr ExprBinder::count_stage(const Expr& e) {
  if (e.args.size() != 1 || e.args[0]->kind != Expr::kName) {
    bool member = e.args.size() == 1 && e.args[0]->kind == Expr::kMember;
    std::string stage = member ? e.args[0]->names[0].name : "STAGE";
    context_.report.error(e.names[0].span,
                          "`count` takes a stage and counts the events it has taken: count(" + stage + ")");
    return nullptr;
  }
  const ast::Ident& name = e.args[0]->names[0];
  int stage = scope_.pattern->find_stage(name.name);
  if (stage < 0) {
    std::vector<std::string> stages;
    for (const ScopeStage& s : scope_.pattern->stages) stages.push_back(s.name);
    std::string near = did_you_mean(name.name, stages);
    context_.report.error(name.span, "there is no stage `" + name.name + "` to count" +
                                         (near.empty() ? "; the stages are " + listed(stages) : near));
    return nullptr;
  }
  if (!stage_can_be_read(stage, {}, name.span)) return nullptr;
  auto node = make_node(Op::kStageCount, Type::kInt, e.span);
  node->stage = stage;
  return node;
}

bool ExprBinder::stage_argument(const Expr& e, const Expr& argument, int* stage) {
  if (argument.kind == Expr::kMember) {
    *stage = scope_.pattern->find_stage(argument.names[0].name);
    if (*stage >= 0) return true;
    refuse_qualifier(argument);
    return false;
  }
  const std::string& name = e.names[0].name;
  std::string more;
  if (e.args.size() > 1 && name == "min") more = "; the least of several values is least(…)";
  if (e.args.size() > 1 && name == "max") more = "; the greatest of several values is greatest(…)";
  context_.report.error(argument.span, "`" + name + "` takes a field of a stage, " + name +
                                           "(STAGE.FIELD), not " + context_.report.quote(argument.span) +
                                           more);
  return false;
}

std::optional<int> ExprBinder::event_number(const Expr& e) {
  auto number = constant_int(context_, e, "the number of the event");
  if (!number) return std::nullopt;
  if (*number >= 0 && *number <= std::numeric_limits<int>::max()) return static_cast<int>(*number);
  context_.report.error(e.span, "the number of the event counts from 0 on");
  return std::nullopt;
}

}  // namespace cep::lang

#include "lang/binder_result.h"

#include <algorithm>

#include "lang/binder_constant.h"
#include "lang/binder_expr.h"
#include "lang/binder_field.h"

namespace cep::lang {
namespace {

plan::Level bind_level(const ast::Ident& level, Context* context) {
  static const std::vector<std::string> kLevels = {"info", "low", "medium", "high", "critical"};
  auto it = std::find(kLevels.begin(), kLevels.end(), level.name);
  if (it != kLevels.end()) return static_cast<plan::Level>(it - kLevels.begin());
  std::string near = did_you_mean(level.name, kLevels);
  context->report.error(level.span, "`alert` needs a level, and `" + level.name + "` is none" +
                                        (near.empty() ? "; the levels are " + listed(kLevels) : near));
  return plan::Level::kLow;
}

}  // namespace

std::vector<plan::NamedExpr> bind_results(const std::vector<ast::NamedExpr>& list, Scope scope,
                                          const std::vector<std::string>& taken, Context* context) {
  scope.lists = scope.window != nullptr;
  const char* what = scope.window ? "a window" : scope.join ? "a join" : "a match";
  std::vector<plan::NamedExpr> out;
  for (const ast::NamedExpr& named : list) {
    if (out.size() == kMaxFields) {
      context->report.error(named.name.span,
                            "`select` has at most " + std::to_string(kMaxFields) + " fields");
      break;
    }
    const std::string& name = named.name.name;
    expr::ExprPtr value = ExprBinder(*context, scope).bind(*named.expr);
    bool twice =
        std::any_of(out.begin(), out.end(), [&](const plan::NamedExpr& n) { return n.name == name; });
    if (twice) {
      context->report.error(named.name.span, "`select` has two fields `" + name + "`; rename one");
      continue;
    }
    if (std::find(taken.begin(), taken.end(), name) != taken.end())
      context->report.error(named.name.span, std::string(what) + " has a field `" + name +
                                                 "` of itself (its key fields, " +
                                                 (scope.window ? "`window_start`, `window_end`, `pane`, " : "") +
                                                 "`start` and `end`); choose another name");
    out.push_back({name, value});
  }
  return out;
}

plan::Alert bind_alert(const ast::AlertDecl& decl, Scope scope, const std::vector<plan::NamedExpr>& selected,
                       Context* context) {
  scope.place = Scope::kMessage;
  scope.selected = &selected;
  plan::Alert alert;
  alert.level = bind_level(decl.level, context);
  alert.has_message = decl.has_message;
  for (const ast::AlertDecl::Part& part : decl.message) {
    expr::ExprPtr value = part.expr ? ExprBinder(*context, scope).bind(*part.expr) : nullptr;
    alert.message.push_back({part.text, value});
  }
  if (decl.throttle)
    alert.throttle_ms =
        constant_duration(*context, *decl.throttle, "`at most once per`", Least::kAboveZero).value_or(-1);
  alert.throttle_by_given = decl.has_throttle_by;
  scope.names_alone = true;
  for (const ast::Ident& name : decl.throttle_by) {
    expr::ExprPtr value = ExprBinder(*context, scope).bind_name_alone(name);
    if (value) alert.throttle_by.push_back(value);
  }
  return alert;
}

Shape result_shape(const std::string& name, const std::vector<std::string>& keys,
                   const std::vector<Type>& key_types, const std::vector<plan::NamedExpr>& selected) {
  Shape shape;
  shape.schema.name = name;
  auto add = [&](const std::string& field_name, Type type, bool bad) {
    event::Field field;
    field.name = field_name;
    field.type = type;
    shape.add(std::move(field), bad);
  };
  for (size_t k = 0; k < keys.size(); ++k) add(keys[k], key_types[k], key_types[k] == Type::kNull);
  add("start", Type::kTimestamp, false);
  add("end", Type::kTimestamp, false);
  for (const plan::NamedExpr& named : selected)
    add(named.name, named.expr ? named.expr->type : Type::kNull, !named.expr);
  return shape;
}

}  // namespace cep::lang

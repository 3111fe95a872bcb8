// What names mean in the results of windows and in the expressions of joins.
#include "lang/binder_expr.h"
#include "lang/type_rules.h"

namespace cep::lang {

using ast::Expr;
using expr::ExprPtr;
using expr::Op;

// A key field, or a bound of the window. *known: the name is one, or was complained about.
ExprPtr ExprBinder::window_name(const ast::Ident& name, bool* known) {
  *known = true;
  const WindowScope& window = *scope_.window;
  int key = window.find_key(name.name);
  size_t keys = window.keys.size();
  if (key >= 0 && window.key_bad[static_cast<size_t>(key)]) return nullptr;
  if (key >= 0 || name.name == "window_start" || name.name == "window_end") {
    Type type = key >= 0 ? window.key_types[static_cast<size_t>(key)] : Type::kTimestamp;
    auto node = make_node(Op::kBound, type, name.span);
    node->index = static_cast<int32_t>(key >= 0 ? static_cast<size_t>(key)
                                                : keys + (name.name == "window_end" ? 1 : 0));
    return node;
  }
  FieldPlace place = find_field({window.source}, -1, name.name);
  if (place.status == FieldPlace::kSilent) return nullptr;
  *known = place.status != FieldPlace::kMissing;
  if (!*known) return nullptr;
  std::string wrapped = (is_number(place.type) ? "sum(" : "last(") + name.name + ")";
  std::string out = scope_.names_alone ? "say it in `select`, such as `select " + name.name + " = " + wrapped + "`"
                                       : "wrap it in an aggregate, such as `" + wrapped + "`";
  context_.report.error(name.span, "which event's `" + name.name + "`? A window has many: " + out +
                                       (scope_.names_alone ? "" : ", or make it a key of the window"));
  return nullptr;
}

// All that could have been meant.
std::vector<std::string> ExprBinder::window_names() const {
  std::vector<std::string> names = field_names({scope_.window->source}, -1);
  names.insert(names.end(), {"window_start", "window_end"});
  return names;
}

// A key field of the join: that of its first source.
ExprPtr ExprBinder::join_name(const ast::Ident& name, bool* known) {
  *known = true;
  const JoinScope& join = *scope_.join;
  for (const std::string& key : join.keys) {
    if (key != name.name) continue;
    bool unknown = join.sides[0]->find(key) < 0;  // reported where the key stands
    return unknown ? nullptr : side_field(0, name, name.span);
  }
  std::vector<std::string> meant;
  for (int i = 0; i < 2; ++i) {
    FieldPlace place = find_field({join.sides[i]}, -1, name.name);
    if (place.status == FieldPlace::kSilent) return nullptr;
    if (place.status == FieldPlace::kFound) meant.push_back(join.names[i] + "." + name.name);
  }
  *known = !meant.empty();
  if (!*known) return nullptr;
  std::string which = meant.size() == 1 ? "write `" + meant[0] + "`"
                                        : "write `" + meant[0] + "` or `" + meant[1] + "`";
  if (scope_.names_alone) which = "say it in `select`: `select " + name.name + " = " + meant[0] + "`";
  context_.report.error(name.span, "which side's `" + name.name + "`? A join has an event of each: " + which);
  return nullptr;
}

ExprPtr ExprBinder::side_field(int side, const ast::Ident& field, Span span) {
  const Shape* shape = scope_.join->sides[side];
  FieldPlace place = find_field({shape}, -1, field.name);
  if (place.status == FieldPlace::kSilent) return nullptr;
  if (place.status != FieldPlace::kFound) {
    std::vector<std::string> fields = field_names({shape}, -1);
    std::string near = did_you_mean(field.name, fields);
    if (near.empty() && !fields.empty()) near = "; its fields are " + listed(fields);
    context_.report.error(field.span,
                          "`" + scope_.join->names[side] + "` has no field `" + field.name + "`" + near);
    return nullptr;
  }
  auto node = make_node(Op::kSideField, place.type, span);
  node->stage = side;
  node->slots = std::move(place.slots);
  return node;
}

void ExprBinder::refuse_side(const Expr& e) {
  const JoinScope& join = *scope_.join;
  const ast::Ident& owner = e.names[0];
  std::string out = did_you_mean(owner.name, {join.names[0], join.names[1]});
  for (int i = 0; i < 2; ++i)
    if (join.sources[i] == owner.name) out = "; that side is called `" + join.names[i] + "` here";
  if (out.empty()) out = "; the sides are `" + join.names[0] + "` and `" + join.names[1] + "`";
  context_.report.error(owner.span, "`" + owner.name + "` is no side of this join" + out);
}

}  // namespace cep::lang

// What a name in an expression means, and what to say when it means nothing.
#include <algorithm>

#include "expr/aggregates.h"
#include "expr/functions.h"
#include "lang/binder_expr.h"

namespace cep::lang {

using ast::Expr;
using expr::ExprPtr;
using expr::Op;

namespace {

bool is_function(std::string_view name) {
  return expr::find_function(name) >= 0 || expr::find_aggregate(name) >= 0;
}

std::vector<std::string> stage_names(const PatternScope& pattern, bool with_negated) {
  std::vector<std::string> names;
  for (const ScopeStage& stage : pattern.stages)
    if (with_negated || !stage.negated) names.push_back(stage.name);
  return names;
}

// The way out for those who write the constants of other languages.
std::string constant_meant(const std::string& word) {
  std::string small = word;
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (small == "true" || small == "false") return "; did you mean `" + small + "`?";
  if (small == "null" || small == "nil" || small == "none" || small == "undefined")
    return "; did you mean `null` (asked for by `is null`)?";
  return "";
}

}  // namespace

// Order: in `having` and messages a name of `select`; a field; a constant.
ExprPtr ExprBinder::bind_name(const ast::Ident& name) {
  if (name.name.empty()) return nullptr;  // empty backquotes, told by the lexer
  if (scope_.selected) {
    for (size_t i = 0; i < scope_.selected->size(); ++i) {
      const plan::NamedExpr& selected = (*scope_.selected)[i];
      if (selected.name != name.name) continue;
      if (!selected.expr) return nullptr;
      auto node = make_node(Op::kSelected, selected.expr->type, name.span);
      node->index = static_cast<int32_t>(i);
      return node;
    }
  }
  bool known = false;
  ExprPtr field = scope_.window ? window_name(name, &known)
                  : scope_.join ? join_name(name, &known)
                                : row_field(name, &known);
  if (known) return field;
  if (scope_.pattern && (scope_.place == Scope::kResult || scope_.place == Scope::kMessage)) {
    const auto& keys = scope_.pattern->keys;
    for (size_t i = 0; i < keys.size(); ++i)
      if (keys[i] == name.name) return scope_.pattern->key_values[i];
  }
  if (auto let = context_.lets.find(name.name); let != context_.lets.end()) {
    if (!let->second) return nullptr;
    const Value value = let->second->constant.get();
    if (value.type == Type::kString && !context_.spend_text(value.size, name.span)) return nullptr;
    return make_constant(value, name.span);
  }
  refuse_name(name);
  return nullptr;
}

// A field of the current event. *known: the name is one, or was complained about.
ExprPtr ExprBinder::row_field(const ast::Ident& name, bool* known) {
  *known = false;
  if (scope_.rows.empty()) return nullptr;
  FieldPlace place = find_field(scope_.rows, scope_.only_input, name.name);
  if (place.status == FieldPlace::kMissing) return nullptr;
  *known = true;
  if (place.status == FieldPlace::kSilent) return nullptr;
  if (place.status != FieldPlace::kFound) {
    std::vector<std::string> inputs;
    if (scope_.pattern) inputs = scope_.pattern->input_names;
    std::string_view stage;
    if (scope_.pattern && scope_.own_stage >= 0)
      stage = scope_.pattern->stages[static_cast<size_t>(scope_.own_stage)].name;
    refuse_place(place, name, inputs, stage);
    return nullptr;
  }
  auto node = make_node(Op::kField, place.type, name.span);
  node->slots = std::move(place.slots);
  return node;
}

void ExprBinder::refuse_place(const FieldPlace& place, const ast::Ident& name,
                              const std::vector<std::string>& inputs, std::string_view stage) {
  auto input = [&](int i) {
    return i >= 0 && static_cast<size_t>(i) < inputs.size() ? "`" + inputs[static_cast<size_t>(i)] + "`"
                                                            : std::string("one source");
  };
  std::string limit = "; limit the stage to one source: " + (stage.empty() ? "NAME" : std::string(stage)) +
                      " : " +
                      (place.with >= 0 && static_cast<size_t>(place.with) < inputs.size()
                           ? inputs[static_cast<size_t>(place.with)]
                           : "SOURCE");
  if (place.status == FieldPlace::kPartly) {
    context_.report.error(name.span, "`" + name.name + "` is a field of " + input(place.with) +
                                         " but not of " + input(place.without) +
                                         ", and this stage takes events of both" + limit);
  } else {
    context_.report.error(name.span, "`" + name.name + "` is " + a_type(place.type) + " in " +
                                         input(place.with) + " but " + a_type(place.other) + " in " +
                                         input(place.without) + ", and this stage takes events of both" +
                                         limit);
  }
}

void ExprBinder::refuse_name(const ast::Ident& name) {
  if (context_.excused(name.name)) return;
  if (context_.report.full()) return context_.report.error(name.span, "");
  const std::string& word = name.name;
  const PatternScope* pattern = scope_.pattern;
  bool result = pattern && (scope_.place == Scope::kResult || scope_.place == Scope::kMessage);
  if (pattern && pattern->find_stage(word) >= 0) {
    context_.report.error(name.span, "`" + word + "` is a stage, not a value; write `" + word +
                                         ".FIELD`, or count(" + word + ")");
    return;
  }
  if (result && find_field(pattern->inputs, -1, word).status != FieldPlace::kMissing) {
    if (find_field(pattern->inputs, -1, word).status == FieldPlace::kSilent) return;
    std::vector<std::string> stages = stage_names(*pattern, false);
    std::string full = (stages.empty() ? "STAGE" : stages.back()) + "." + word;
    context_.report.error(
        name.span,
        "which event's `" + word + "`? A match has several events: " +
            (scope_.names_alone ? "say it in `select`, such as `select " + word + " = " + full + "`"
                                : "write the stage before it, such as `" + full + "`"));
    return;
  }
  if (const Declared* d = context_.find(word)) {
    context_.report.error(name.span, "`" + word + "` is " + std::string(a_kind(d->kind)) + ", not a value");
    return;
  }
  if (is_function(word)) {
    context_.report.error(name.span, "`" + word + "` is a function and takes arguments: " + word + "(…)");
    return;
  }
  std::vector<std::string> candidates = field_names(scope_.rows, scope_.only_input);
  if (result) candidates = pattern->keys;
  if (scope_.window) candidates = window_names();
  if (scope_.join) candidates = scope_.join->keys;
  if (scope_.selected)
    for (const plan::NamedExpr& selected : *scope_.selected) candidates.push_back(selected.name);
  for (const auto& [let, value] : context_.lets) candidates.push_back(let);
  std::string near = constant_meant(word);
  if (near.empty()) near = did_you_mean(word, candidates);
  if (scope_.place == Scope::kConstant) {
    context_.report.error(
        name.span, "`" + word + "` is no constant; here only literals and names of `let` can stand" + near);
  } else if (result) {
    context_.report.error(
        name.span,
        "`" + word + "` is not known here; fields are written with their stage, `STAGE.FIELD`" + near);
  } else if (scope_.window || scope_.join) {
    if (near.empty() && scope_.window)
      near = "; results are made of aggregates over the events, the key fields, window_start and window_end";
    if (near.empty() && scope_.join)
      near = "; fields are written with their side, `" + scope_.join->names[0] + ".FIELD`";
    context_.report.error(name.span, "`" + word + "` is not known here" + near);
  } else {
    std::vector<std::string> fields = field_names(scope_.rows, scope_.only_input);
    if (near.empty() && !fields.empty()) near = "; the fields are " + listed(fields);
    context_.report.error(name.span, "there is no field or constant `" + word + "`" + near);
  }
}

ExprPtr ExprBinder::member(const Expr& e) {
  const ast::Ident& owner = e.names[0];
  const ast::Ident& field = e.names[1];
  if (scope_.pattern) {
    int stage = scope_.pattern->find_stage(owner.name);
    if (stage >= 0) return stage_field(stage, field, Op::kStageLast, 0, e.span);
  }
  if (scope_.join) {
    int side = scope_.join->find_side(owner.name);
    if (side >= 0) return side_field(side, field, e.span);
  }
  if (scope_.window && owner.name == scope_.window->source_name) {
    bool known = false;
    ExprPtr node = window_name(field, &known);
    if (!known) refuse_name(field);
    return node;
  }
  const auto& q = scope_.qualifiers;
  if (std::find(q.begin(), q.end(), owner.name) != q.end()) {
    bool known = false;
    ExprPtr node = row_field(field, &known);
    if (!known) {
      std::vector<std::string> fields = field_names(scope_.rows, -1);
      context_.report.error(field.span, "`" + owner.name + "` has no field `" + field.name + "`" +
                                            did_you_mean(field.name, fields));
    }
    return node;
  }
  refuse_qualifier(e);
  return nullptr;
}

void ExprBinder::refuse_qualifier(const Expr& e) {
  const ast::Ident& owner = e.names[0];
  if (context_.excused(owner.name)) return;
  if (context_.report.full()) return context_.report.error(owner.span, "");
  if (scope_.join) return refuse_side(e);
  if (!scope_.pattern) {
    std::string known = scope_.qualifiers.empty() ? ""
                                                  : "; the event's fields are written bare, or `" +
                                                        scope_.qualifiers[0] + ".FIELD`";
    context_.report.error(owner.span, "`" + owner.name + "` is not known here" +
                                          did_you_mean(owner.name, scope_.qualifiers) + known);
    return;
  }
  FieldPlace::Status status = find_field(scope_.rows, scope_.only_input, owner.name).status;
  bool field = status != FieldPlace::kMissing && status != FieldPlace::kSilent;
  if (scope_.pattern->find_input(owner.name) >= 0) {
    context_.report.error(owner.span, "`" + owner.name + "` is a stream, not a stage; write `" +
                                          (scope_.rows.empty() ? "STAGE." : "") + e.names[1].name + "`" +
                                          (scope_.rows.empty() ? "" : " for the current event"));
    return;
  }
  std::vector<std::string> stages = stage_names(*scope_.pattern, true);
  std::string near = did_you_mean(owner.name, stages);
  if (near.empty()) near = field ? "; a field has no members" : "; the stages are " + listed(stages);
  context_.report.error(owner.span, "there is no stage `" + owner.name + "`" + near);
}

bool ExprBinder::stage_can_be_read(int stage, std::string_view field, Span span) {
  const ScopeStage& s = scope_.pattern->stages[static_cast<size_t>(stage)];
  if (s.negated) {
    context_.report.error(
        span, "`" + s.name +
                  "` is a stage that must not happen: it never takes an event, so there is nothing to read");
    return false;
  }
  if (scope_.place == Scope::kCondition && stage == scope_.own_stage && !s.loop && s.repeats.empty()) {
    context_.report.refuse(
        span, "`" + s.name + "` takes a single event, and in its own condition none has been taken yet; write " +
                  (field.empty() ? "the condition without it" : "`" + std::string(field) + "` for the current event") +
                  ", or make `" + s.name + "` a loop (`oneOrMore`, `times N`), where `" + s.name +
                  ".FIELD` is the event before the current one");
    return context_.report.recorded();
  }
  if (scope_.place == Scope::kCondition && !scope_.reachable[static_cast<size_t>(stage)]) {
    context_.report.error(
        span, "`" + s.name +
                  "` comes later: when this condition is tested it cannot have taken an event; put the "
                  "comparison into the condition of `" +
                  s.name + "`");
    return false;
  }
  return true;
}

ExprPtr ExprBinder::stage_field(int stage, const ast::Ident& field, Op op, int index, Span span) {
  if (!stage_can_be_read(stage, field.name, span)) return nullptr;
  const PatternScope& pattern = *scope_.pattern;
  const ScopeStage& s = pattern.stages[static_cast<size_t>(stage)];
  FieldPlace place = find_field(pattern.inputs, s.input, field.name);
  if (place.status == FieldPlace::kSilent) return nullptr;
  if (place.status == FieldPlace::kMissing) {
    std::vector<std::string> fields = field_names(pattern.inputs, s.input);
    std::string near = did_you_mean(field.name, fields);
    if (near.empty() && !fields.empty()) near = "; its fields are " + listed(fields);
    context_.report.error(field.span,
                          "the events of `" + s.name + "` have no field `" + field.name + "`" + near);
    return nullptr;
  }
  if (place.status != FieldPlace::kFound) {
    refuse_place(place, field, pattern.input_names, s.name);
    return nullptr;
  }
  auto node = make_node(op, place.type, span);
  node->slots = std::move(place.slots);
  node->stage = stage;
  node->index = index;
  return node;
}

}  // namespace cep::lang

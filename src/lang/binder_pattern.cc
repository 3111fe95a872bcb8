#include "lang/binder_pattern.h"

#include <algorithm>
#include <map>
#include <set>

#include "expr/functions.h"
#include "lang/binder_constant.h"
#include "lang/binder_expr.h"
#include "lang/binder_result.h"
#include "lang/binder_stream.h"
#include "lang/rules_stage.h"
#include "lang/rules_warnings.h"

namespace cep::lang {

using ast::Clause;
using expr::ExprPtr;

namespace {

std::string_view word_of(Clause::Kind kind) {
  switch (kind) {
    case Clause::kDescription:
      return "description";
    case Clause::kTags:
      return "tags";
    case Clause::kWithin:
      return "within";
    case Clause::kWithinBetween:
      return "within … between events";
    case Clause::kSkip:
      return "after match";
    case Clause::kSelect:
      return "select";
    case Clause::kAlert:
      return "alert";
    case Clause::kOnTimeout:
      return "on timeout";
  }
  return "";
}

constexpr size_t kMaxStages = 1000;
constexpr size_t kMaxSources = 128;  // of a pattern or a union: every field that is named has a slot in each

size_t count_stages(const std::vector<ast::Stage>& stages) {
  size_t n = stages.size();
  for (const ast::Stage& stage : stages) n += count_stages(stage.group);
  return n;
}

class PatternBinder {
 public:
  PatternBinder(const ast::PatternDecl& decl, int number, Context* context)
      : decl_(decl), number_(number), context_(context), pattern_(std::make_shared<plan::PatternNode>()) {
    node_.kind = plan::NodeKind::kPattern;
    node_.name = decl.name.name;
    node_.span = decl.name.span;
    node_.pattern = pattern_;
  }

  plan::Node bind() {
    if (decl_.sources.size() > kMaxSources) {
      report().error(decl_.name.span, "a pattern reads at most " + std::to_string(kMaxSources) + " sources; join some in a union");
      context_->shapes[node_.name].open = true;
      return std::move(node_);
    }
    if (count_stages(decl_.stages) > kMaxStages) {
      report().error(decl_.name.span, "a pattern has at most " + std::to_string(kMaxStages) + " stages; write `times` where they repeat");
      context_->shapes[node_.name].open = true;
      return std::move(node_);
    }
    size_t errors = context_->report.errors();
    bind_sources();
    stages_ = read_stages(decl_.stages, scope_.input_names, context_);
    scope_.stages = stages_.named;
    make_key_values();
    bind_conditions(decl_.stages, &stages_.sequence);
    bind_clauses();
    make_shape();
    pattern_->sequence = stages_.sequence;
    for (const ScopeStage& s : scope_.stages) pattern_->stages.push_back({s.name, s.negated, s.input});
    if (context_->report.errors() == errors) warn_pattern(decl_, *pattern_, context_);
    return std::move(node_);
  }

 private:
  Reporter& report() { return context_->report; }

  void bind_sources();
  void bind_key(const ast::SourceRef& source, size_t number);
  void make_key_values();
  void make_shape();

  void bind_conditions(const std::vector<ast::Stage>& text, std::vector<plan::Stage>* stages);
  int bind_predicate(const ast::Expr* e, std::string_view what, const Scope& scope, int input);
  int share_predicate(plan::Predicate predicate);
  Scope result_scope() const;
  Scope condition_scope(const ast::Stage& stage, const plan::Stage& s) const;

  void bind_clauses();
  void bind_skip(const Clause& clause);
  void bind_timeout(const Clause& clause);

  const ast::PatternDecl& decl_;
  int number_;
  Context* context_;
  plan::Node node_;
  std::shared_ptr<plan::PatternNode> pattern_;
  PatternScope scope_;
  StageList stages_;
  std::map<std::pair<std::string, int>, int> shared_;  // predicates by text and input
};

void PatternBinder::bind_sources() {
  std::set<std::string> seen;
  for (size_t i = 0; i < decl_.sources.size(); ++i) {
    const ast::SourceRef& source = decl_.sources[i];
    plan::Input input;
    scope_.inputs.push_back(resolve_source(source.name, &input.node, context_));
    scope_.input_names.push_back(source.name.name);
    node_.inputs.push_back(std::move(input));
    if (!seen.insert(source.name.name).second)
      report().error(source.name.span, "`" + source.name.name + "` stands twice; name each source once");
    bind_key(source, i);
  }
}

void PatternBinder::bind_key(const ast::SourceRef& source, size_t number) {
  const Shape& shape = *scope_.inputs[number];
  bool fine = true;
  std::vector<uint16_t> key = resolve_fields(source.keys, shape, &fine, context_);
  const ast::SourceRef& first = decl_.sources[0];
  if (number == 0) {
    for (const ast::Ident& name : source.keys) {
      int field = shape.find(name.name);
      pattern_->key_names.push_back(name.name);
      pattern_->key_types.push_back(field < 0 ? Type::kNull
                                              : shape.schema.fields[static_cast<size_t>(field)].type);
    }
  } else if (source.keys.size() != first.keys.size() && !shape.open) {
    report().error(source.name.span, "keys of several sources pair by place: `" + first.name.name + "` has " +
                                         std::to_string(first.keys.size()) + ", `" + source.name.name +
                                         "` has " + std::to_string(source.keys.size()) +
                                         "; write `by` with as many fields at each source");
  } else if (fine && !shape.open) {
    for (size_t k = 0; k < key.size(); ++k) {
      Type type = shape.schema.fields[key[k]].type;
      Type wanted = pattern_->key_types[k];
      if (type == wanted || shape.bad[key[k]] || wanted == Type::kNull) continue;
      report().error(source.keys[k].span, "keys of several sources pair by place and need one type: `" +
                                              first.keys[k].name + "` of `" + first.name.name + "` is " +
                                              a_type(wanted) + ", `" + source.keys[k].name + "` of `" +
                                              source.name.name + "` is " + a_type(type));
    }
  }
  node_.inputs[number].key = std::move(key);
}

// A key field of the match is that of any event taken: the first of the stages up to the first that cannot be
// left out.
void PatternBinder::make_key_values() {
  for (size_t k = 0; k < pattern_->key_names.size(); ++k) {
    std::vector<uint16_t> slots;
    bool fine = true;
    for (const plan::Input& input : node_.inputs) {
      fine &= k < input.key.size();
      slots.push_back(fine ? input.key[k] : expr::kNoSlot);
    }
    std::vector<ExprPtr> values;
    for (size_t i = 0; fine && i < scope_.stages.size(); ++i) {
      if (scope_.stages[i].negated) continue;
      if (!context_->spend(1 + slots.size() / 64, decl_.name.span)) return;
      auto value = make_node(expr::Op::kStageFirst, pattern_->key_types[k], decl_.name.span);
      value->stage = static_cast<int32_t>(i);
      value->slots = slots;
      values.push_back(value);
      if (!scope_.stages[i].optional) break;
    }
    scope_.keys.push_back(pattern_->key_names[k]);
    ExprPtr value = values.empty() ? nullptr : values[0];
    if (values.size() > 1) {
      auto call = make_node(expr::Op::kCall, pattern_->key_types[k], decl_.name.span, values);
      call->index = expr::find_function("coalesce");
      value = call;
    }
    scope_.key_values.push_back(value);
  }
}

void PatternBinder::make_shape() {
  for (const ast::Ident& key : decl_.sources[0].keys)
    if (key.name == "start" || key.name == "end")
      report().error(key.span, "a match has `" + key.name +
                                   "` of itself, so a key field cannot be called so; rename it in a derived "
                                   "stream");
  Shape shape = result_shape(node_.name, pattern_->key_names, pattern_->key_types, pattern_->select);
  node_.schema = shape.schema;
  context_->shapes[node_.name] = std::move(shape);
  context_->nodes[node_.name] = number_;
}

// The scope of `select`: what was taken.
Scope PatternBinder::result_scope() const {
  Scope scope;
  scope.place = Scope::kResult;
  scope.pattern = &scope_;
  return scope;
}

// What the condition of a stage sees: the events of stages before it, its own before the current one, and in
// a repeated group the later ones of an earlier round.
Scope PatternBinder::condition_scope(const ast::Stage& stage, const plan::Stage& s) const {
  Scope scope;
  scope.place = Scope::kCondition;
  scope.rows = scope_.inputs;
  scope.pattern = &scope_;
  size_t count = scope_.stages.size();
  scope.reachable.assign(count, false);
  auto reach = [&](size_t own) {
    for (size_t i = 0; i < count; ++i) {
      const auto& here = scope_.stages[own].repeats;
      const auto& there = scope_.stages[i].repeats;
      bool round = !here.empty() && !there.empty() && here[0] == there[0];
      if (i <= own || round) scope.reachable[i] = true;
    }
  };
  if (!stage.is_group) {
    scope.own_stage = s.index;
    scope.only_input = scope_.stages[static_cast<size_t>(s.index)].input;
    reach(static_cast<size_t>(s.index));
    return scope;
  }
  const plan::Stage* last = &s;
  while (!last->group.empty()) last = &last->group.back();
  if (last->index >= 0) reach(static_cast<size_t>(last->index));
  return scope;
}

void PatternBinder::bind_conditions(const std::vector<ast::Stage>& text, std::vector<plan::Stage>* stages) {
  for (size_t i = 0; i < text.size(); ++i) {
    plan::Stage& s = (*stages)[i];
    Scope scope = condition_scope(text[i], s);
    const ast::Modifier* where = find_modifier(text[i], ast::Modifier::kWhere);
    const ast::Modifier* until = find_modifier(text[i], ast::Modifier::kUntil);
    if (!text[i].is_group)
      s.where = bind_predicate(where ? where->expr.get() : nullptr, "`where`", scope, scope.only_input);
    if (until) s.until = bind_predicate(until->expr.get(), "`until`", scope, scope.only_input);
    bind_conditions(text[i].group, &s.group);
  }
}

int PatternBinder::bind_predicate(const ast::Expr* e, std::string_view what, const Scope& scope, int input) {
  plan::Predicate predicate;
  predicate.input = input;
  if (e) {
    predicate.expr = ExprBinder(*context_, scope).condition(*e, what);
    if (!predicate.expr) return -1;
    bool always = predicate.expr->op == expr::Op::kConst && predicate.expr->constant.get().is_true();
    if (always) predicate.expr = nullptr;
    predicate.on_history = predicate.expr && expr::reads_history(*predicate.expr);
  }
  // `until true` needs a predicate to name; a stage without condition and source needs none.
  if (!predicate.expr && input < 0 && what == "`where`") return -1;
  return share_predicate(std::move(predicate));
}

int PatternBinder::share_predicate(plan::Predicate predicate) {
  std::string text = predicate.expr ? expr::canonical_text(*predicate.expr) : "";
  auto [it, fresh] =
      shared_.try_emplace({std::move(text), predicate.input}, static_cast<int>(pattern_->predicates.size()));
  if (fresh) pattern_->predicates.push_back(std::move(predicate));
  return it->second;
}

void PatternBinder::bind_clauses() {
  PatternLimits limits;
  std::set<Clause::Kind> seen;
  std::vector<const Clause*> kept;
  for (const Clause& c : decl_.clauses) {
    if (seen.insert(c.kind).second)
      kept.push_back(&c);
    else
      report().error(c.span, "a second `" + std::string(word_of(c.kind)) + "`; keep one");
  }
  for (const Clause* c : kept) {
    if (c->kind == Clause::kDescription) pattern_->description = c->text;
    if (c->kind == Clause::kSkip) bind_skip(*c);
    if (c->kind == Clause::kTags)
      for (const ast::Ident& tag : c->tags) pattern_->tags.push_back(tag.name);
    if (c->kind == Clause::kWithin) {
      pattern_->within_ms =
          constant_duration(*context_, *c->duration, "`within`", Least::kAboveZero).value_or(-1);
      limits.within_ms = pattern_->within_ms;
      limits.within_span = c->span;
    }
    if (c->kind == Clause::kWithinBetween) {
      pattern_->gap_ms =
          constant_duration(*context_, *c->duration, "`within … between events`", Least::kAboveZero)
              .value_or(-1);
      limits.gap_ms = pattern_->gap_ms;
      limits.gap_span = c->span;
    }
  }
  check_limits(stages_, decl_.stages, limits, context_);
  std::vector<std::string> taken = pattern_->key_names;
  taken.insert(taken.end(), {"start", "end"});
  for (const Clause* c : kept)  // messages come after the `select` whose names they use
    if (c->kind == Clause::kSelect) pattern_->select = bind_results(c->select, result_scope(), taken, context_);
  for (const Clause* c : kept) {
    if (c->kind == Clause::kAlert) pattern_->alert = bind_alert(c->alert, result_scope(), pattern_->select, context_);
    if (c->kind == Clause::kOnTimeout) bind_timeout(*c);
  }
}

void PatternBinder::bind_skip(const Clause& clause) {
  const std::string& word = clause.skip;
  if (word == "none") pattern_->skip = plan::Skip::kNone;
  if (word == "next") pattern_->skip = plan::Skip::kToNext;
  if (word == "past") pattern_->skip = plan::Skip::kPastLast;
  if (word != "first" && word != "last") return;
  pattern_->skip = word == "first" ? plan::Skip::kToFirst : plan::Skip::kToLast;
  const ast::Ident& target = clause.skip_target;
  pattern_->skip_stage = scope_.find_stage(target.name);
  std::vector<std::string> names;
  for (const ScopeStage& s : scope_.stages)
    if (!s.negated) names.push_back(s.name);
  if (pattern_->skip_stage < 0) {
    std::string near = did_you_mean(target.name, names);
    report().error(target.span, "`skip to " + word + " " + target.name + "`: the pattern has no stage `" +
                                    target.name + "`" +
                                    (near.empty() ? "; the stages are " + listed(names) : near));
  } else if (scope_.stages[static_cast<size_t>(pattern_->skip_stage)].negated) {
    report().error(
        target.span,
        "`skip to " + word + " " + target.name + "`: `" + target.name +
            "` is a stage that must not happen, so no event of it can be skipped to; name one of " +
            listed(names));
  }
}

void PatternBinder::bind_timeout(const Clause& clause) {
  plan::OnTimeout out;
  std::vector<std::string> taken = pattern_->key_names;
  taken.insert(taken.end(), {"start", "end"});
  std::set<Clause::Kind> seen;
  for (const Clause& c : clause.timeout) {
    if (!seen.insert(c.kind).second) {
      report().error(c.span, "a second `" + std::string(word_of(c.kind)) + "` in `on timeout`; keep one");
    } else if (c.kind == Clause::kSelect) {
      out.select = bind_results(c.select, result_scope(), taken, context_);
    } else if (c.kind != Clause::kAlert) {
      report().error(c.span, "`on timeout` takes `select` and `alert` alone; move `" +
                                 std::string(word_of(c.kind)) + "` out of it");
    }
  }
  for (const Clause& c : clause.timeout)
    if (c.kind == Clause::kAlert) out.alert = bind_alert(c.alert, result_scope(), out.select, context_);
  pattern_->on_timeout = std::move(out);
}

}  // namespace

plan::Node bind_pattern(const ast::PatternDecl& decl, int number, Context* context) {
  return PatternBinder(decl, number, context).bind();
}

}  // namespace cep::lang

#include "lang/binder_join.h"

#include "lang/binder_expr.h"
#include "lang/binder_field.h"
#include "lang/binder_result.h"
#include "lang/binder_stream.h"
#include "lang/rules_join_key.h"
#include "lang/rules_window.h"

namespace cep::lang {

using ast::WindowClause;

namespace {

const ast::Ident& called(const ast::JoinSource& side) { return side.has_alias ? side.alias : side.name; }

class JoinBinder {
 public:
  JoinBinder(const ast::JoinDecl& decl, plan::Plan* plan, Context* context)
      : decl_(decl), plan_(plan), context_(context), join_(std::make_shared<plan::JoinNode>()) {
    node_.kind = plan::NodeKind::kJoin;
    node_.name = decl.name.name;
    node_.span = decl.name.span;
    node_.join = join_;
    join_->left = decl.left;
  }

  void bind() {
    size_t errors = report().errors();
    clauses_ = sort_clauses(decl_.clauses, context_);
    bind_sides();
    bind_kind();
    bind_results_of();
    if (report().errors() == errors) warn_null_keys(decl_, node_, *plan_, context_);
    if (report().errors() == errors && !join_->interval) {
      warn_assigner(*clauses_.kind, join_->assigner, context_);
      warn_many_windows(*clauses_.kind, join_->assigner, join_->alert ? &*join_->alert : nullptr, context_);
    }
    std::vector<Type> types = join_->key_types;
    Shape shape = result_shape(node_.name, scope_.keys, types, join_->select);
    node_.schema = shape.schema;
    context_->shapes[node_.name] = std::move(shape);
    context_->nodes[node_.name] = static_cast<int>(plan_->nodes.size());
    plan_->nodes.push_back(std::move(node_));
  }

 private:
  Reporter& report() { return context_->report; }
  void bind_sides();
  std::vector<uint16_t> bind_key(const ast::JoinSource& side, int number);
  void check_pairs(const std::vector<uint16_t>& a, const std::vector<uint16_t>& b);
  int pass_on(int source, const std::string& alias);
  void bind_kind();
  void bind_results_of();

  const ast::JoinDecl& decl_;
  plan::Plan* plan_;
  Context* context_;
  plan::Node node_;
  std::shared_ptr<plan::JoinNode> join_;
  JoinScope scope_;
  WindowClauses clauses_;
};

void JoinBinder::bind_sides() {
  std::vector<uint16_t> keys[2];
  for (int i = 0; i < 2; ++i) {
    const ast::JoinSource& side = i == 0 ? decl_.a : decl_.b;
    plan::Input input;
    scope_.sides[i] = resolve_source(side.name, &input.node, context_);
    scope_.sources[i] = side.name.name;
    scope_.names[i] = called(side).name;
    if (i == 1 && input.node >= 0 && input.node == node_.inputs[0].node)
      input.node = pass_on(input.node, scope_.names[1]);
    keys[i] = bind_key(side, i);
    input.key = keys[i];
    node_.inputs.push_back(std::move(input));
  }
  if (scope_.names[0] == scope_.names[1]) {
    report().error(called(decl_.b).span, "both sides are called `" + scope_.names[1] +
                                             "`; give one another name: " + decl_.b.name.name + " NAME by …");
  }
  if (decl_.a.keys.size() == decl_.b.keys.size()) {
    check_pairs(keys[0], keys[1]);
  } else {
    report().error(decl_.b.name.span, "keys pair by place: `" + scope_.names[0] + "` has " +
                                          std::to_string(decl_.a.keys.size()) + ", `" + scope_.names[1] +
                                          "` has " + std::to_string(decl_.b.keys.size()) +
                                          "; write `by` with as many fields at both sides");
  }
}

std::vector<uint16_t> JoinBinder::bind_key(const ast::JoinSource& side, int number) {
  const Shape& shape = *scope_.sides[number];
  bool fine = true;
  if (side.keys.empty())
    report().error(side.name.span, "a join pairs events with equal keys; write `" + side.name.name + " by FIELD`");
  std::vector<uint16_t> key = resolve_fields(side.keys, shape, &fine, context_);
  if (number == 1) return key;
  for (const ast::Ident& name : side.keys) {
    int field = shape.find(name.name);
    scope_.keys.push_back(name.name);
    join_->key_types.push_back(field < 0 ? Type::kNull : shape.schema.fields[static_cast<size_t>(field)].type);
    if (name.name == "start" || name.name == "end")
      report().error(name.span, "a join has `" + name.name +
                                    "` of itself, so a key field cannot be called so; rename it in a derived "
                                    "stream");
  }
  join_->key_names = scope_.keys;
  return key;
}

void JoinBinder::check_pairs(const std::vector<uint16_t>& a, const std::vector<uint16_t>& b) {
  if (a.size() != decl_.a.keys.size() || b.size() != a.size()) return;  // one is unknown, and was reported
  for (size_t k = 0; k < a.size(); ++k) {
    if (scope_.sides[0]->bad[a[k]] || scope_.sides[1]->bad[b[k]]) continue;
    Type left = scope_.sides[0]->schema.fields[a[k]].type, right = scope_.sides[1]->schema.fields[b[k]].type;
    if (left == right) continue;
    report().error(decl_.b.keys[k].span, "keys pair by place and need one type: `" + scope_.names[0] + "." +
                                             decl_.a.keys[k].name + "` is " + a_type(left) + ", `" +
                                             scope_.names[1] + "." + decl_.b.keys[k].name + "` is " +
                                             a_type(right) + "; bring them to one in a derived stream");
  }
}

// A node of its own for the second side of a join of a stream with itself.
int JoinBinder::pass_on(int source, const std::string& alias) {
  plan::Node node;
  node.kind = plan::NodeKind::kDerive;
  node.name = node_.name + "." + alias;
  node.inner = true;
  node.span = node_.span;
  plan::Input input;
  input.node = source;
  node.inputs.push_back(std::move(input));
  node.schema = derived_shape(*scope_.sides[1]).schema;
  node.schema.name = node.name;
  plan_->nodes.push_back(std::move(node));
  return static_cast<int>(plan_->nodes.size()) - 1;
}

void JoinBinder::bind_kind() {
  if (!clauses_.kind) {
    report().error(decl_.name.span, "`" + node_.name +
                                        "` does not say which events pair; write `between D and D`, or one of "
                                        "`tumbling D`, `sliding D every D`, `session D`");
    return;
  }
  if (clauses_.kind->kind == WindowClause::kBetween) return read_bounds(*clauses_.kind, join_.get(), context_);
  join_->interval = false;
  read_assigner(*clauses_.kind, &join_->assigner, context_);
}

void JoinBinder::bind_results_of() {
  Scope scope;
  scope.place = Scope::kResult;
  scope.join = &scope_;
  scope.no_aggregates = "is over the events of a window, and a join has pairs; read the join with a window";
  if (clauses_.where)
    join_->where = ExprBinder(*context_, scope).condition(*clauses_.where->expr, "`where`");
  if (clauses_.select) {
    std::vector<std::string> taken = scope_.keys;
    taken.insert(taken.end(), {"start", "end"});
    join_->select = bind_results(clauses_.select->select, scope, taken, context_);
  } else {
    report().error(decl_.name.span, "`" + node_.name + "` gives nothing; add `select NAME = " +
                                        scope_.names[0] + ".FIELD, …`");
  }
  if (clauses_.alert) join_->alert = bind_alert(clauses_.alert->alert, scope, join_->select, context_);
}

}  // namespace

void bind_join(const ast::JoinDecl& decl, plan::Plan* plan, Context* context) {
  JoinBinder(decl, plan, context).bind();
}

}  // namespace cep::lang

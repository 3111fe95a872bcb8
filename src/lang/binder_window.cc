#include "lang/binder_window.h"

#include "lang/binder_expr.h"
#include "lang/binder_field.h"
#include "lang/binder_result.h"
#include "lang/binder_stream.h"
#include "lang/rules_window.h"

namespace cep::lang {

namespace {

class WindowBinder {
 public:
  WindowBinder(const ast::WindowDecl& decl, plan::Plan* plan, Context* context)
      : decl_(decl), plan_(plan), context_(context), window_(std::make_shared<plan::WindowNode>()) {
    node_.kind = plan::NodeKind::kWindow;
    node_.name = decl.name.name;
    node_.span = decl.name.span;
    node_.window = window_;
  }

  void bind() {
    size_t errors = report().errors();
    clauses_ = sort_clauses(decl_.clauses, context_);
    bind_source();
    if (clauses_.kind) {
      read_assigner(*clauses_.kind, &window_->assigner, context_);
      read_firing(clauses_, window_.get(), context_);
    } else {
      report().error(decl_.name.span, "`" + node_.name +
                                          "` does not say which windows; write `tumbling D`, `sliding D every D`, "
                                          "`session D`, `rolling D`, `count N` or `global`");
    }
    bind_results_of();
    make_shape();
    if (report().errors() == errors) warn_window(clauses_, decl_, *window_, context_);
    context_->nodes[node_.name] = static_cast<int>(plan_->nodes.size());
    plan_->nodes.push_back(std::move(node_));
  }

 private:
  Reporter& report() { return context_->report; }
  void bind_source();
  int bind_where(int source);
  void bind_results_of();
  void make_shape();

  const ast::WindowDecl& decl_;
  plan::Plan* plan_;
  Context* context_;
  plan::Node node_;
  std::shared_ptr<plan::WindowNode> window_;
  WindowScope scope_;
  WindowClauses clauses_;
};

void WindowBinder::bind_source() {
  plan::Input input;
  scope_.source = resolve_source(decl_.source.name, &input.node, context_);
  scope_.source_name = decl_.source.name.name;
  bool fine = true;
  input.key = resolve_fields(decl_.source.keys, *scope_.source, &fine, context_);
  for (const ast::Ident& name : decl_.source.keys) {
    int field = scope_.source->find(name.name);
    auto at = static_cast<size_t>(field);
    bool bad = field < 0 || scope_.source->bad[at];
    Type type = field < 0 ? Type::kNull : scope_.source->schema.fields[at].type;
    scope_.keys.push_back(name.name);
    scope_.key_types.push_back(type);
    scope_.key_bad.push_back(bad);
    for (std::string_view own : {"start", "end", "window_start", "window_end"})
      if (name.name == own)
        report().error(name.span, "a window has `" + name.name +
                                      "` of itself, so a key field cannot be called so; rename it in a derived "
                                      "stream");
  }
  window_->key_names = scope_.keys;
  window_->key_types = scope_.key_types;
  if (clauses_.where) input.node = bind_where(input.node);
  node_.inputs.push_back(std::move(input));
}

// The node in front that lets only the rows of `where` through; its number.
int WindowBinder::bind_where(int source) {
  plan::Node node;
  node.kind = plan::NodeKind::kDerive;
  node.name = node_.name + ".where";
  node.inner = true;
  node.span = node_.span;
  plan::Input input;
  input.node = source;
  node.inputs.push_back(std::move(input));
  node.schema = derived_shape(*scope_.source).schema;
  node.schema.name = node.name;
  Scope scope;
  scope.place = Scope::kRow;
  scope.rows = {scope_.source};
  scope.qualifiers = {scope_.source_name};
  scope.no_aggregates = "cannot stand in `where`, which looks at one event at a time; conditions on aggregates "
                        "stand in `having`";
  node.derive.where = ExprBinder(*context_, scope).condition(*clauses_.where->expr, "`where`");
  plan_->nodes.push_back(std::move(node));
  return static_cast<int>(plan_->nodes.size()) - 1;
}

void WindowBinder::bind_results_of() {
  Scope scope;
  scope.place = Scope::kResult;
  scope.window = &scope_;
  scope.qualifiers = {scope_.source_name};
  if (clauses_.select) {
    std::vector<std::string> taken = scope_.keys;
    taken.insert(taken.end(), {"start", "end", "window_start", "window_end", "pane"});
    window_->select = bind_results(clauses_.select->select, scope, taken, context_);
  } else {
    report().error(decl_.name.span, "`" + node_.name +
                                        "` gives nothing; add `select NAME = AGGREGATE, …`, such as "
                                        "`select n = count()`");
  }
  if (clauses_.having) {
    scope.place = Scope::kHaving;
    scope.selected = &window_->select;
    window_->having = ExprBinder(*context_, scope).condition(*clauses_.having->expr, "`having`");
    window_->having_each = clauses_.having->each;
    scope.selected = nullptr;
  }
  if (clauses_.alert) window_->alert = bind_alert(clauses_.alert->alert, scope, window_->select, context_);
  window_->aggregates = std::move(scope_.aggregates);
}

void WindowBinder::make_shape() {
  Shape shape = result_shape(node_.name, scope_.keys, scope_.key_types, window_->select);
  node_.schema = shape.schema;
  context_->shapes[node_.name] = std::move(shape);
}

}  // namespace

void bind_window(const ast::WindowDecl& decl, plan::Plan* plan, Context* context) {
  WindowBinder(decl, plan, context).bind();
}

}  // namespace cep::lang

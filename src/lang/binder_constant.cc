#include "lang/binder_constant.h"

#include <algorithm>
#include <functional>
#include <set>

#include "base/time_text.h"
#include "expr/program.h"
#include "lang/binder_expr.h"

namespace cep::lang {

using expr::ExprPtr;

namespace {

constexpr size_t kMaxChain = 1000;

void collect_names(const ast::Expr& e, std::vector<std::string>* names) {
  if (e.kind == ast::Expr::kName) names->push_back(e.names[0].name);
  for (const ast::ExprPtr& arg : e.args) collect_names(*arg, names);
}

// Binds each `let` after those it names; finds the cycles.
class LetOrder {
 public:
  LetOrder(const std::vector<const ast::LetDecl*>& lets, Context* context) : context_(context) {
    for (const ast::LetDecl* let : lets) by_name_.emplace(let->name.name, let);
  }

  void visit(const ast::LetDecl& let) {
    const std::string& name = let.name.name;
    if (context_->lets.count(name)) return;
    if (on_path_.count(name) > 0) {
      refuse_cycle(let, std::vector<std::string>(std::find(path_.begin(), path_.end(), name), path_.end()));
      return;
    }
    if (path_.size() > kMaxChain) {
      context_->report.error(let.name.span, "this chain of constants has more than " + std::to_string(kMaxChain) +
                                                " links; write some of them as values");
      context_->lets[name] = nullptr;
      return;
    }
    path_.push_back(name);
    on_path_.insert(name);
    std::vector<std::string> names;
    collect_names(*let.value, &names);
    for (const std::string& used : names) {
      auto it = by_name_.find(used);
      if (it != by_name_.end()) visit(*it->second);
    }
    path_.pop_back();
    on_path_.erase(name);
    if (!context_->lets.count(name)) context_->lets[name] = constant(*context_, *let.value);
  }

 private:
  void refuse_cycle(const ast::LetDecl& let, const std::vector<std::string>& cycle) {
    constexpr size_t kShown = 20;
    std::string chain = "`" + let.name.name + "`";
    for (size_t i = 1; i < cycle.size(); ++i) {
      if (i == kShown) chain += " needs … (" + std::to_string(cycle.size() - kShown) + " more), which";
      if (i < kShown) chain += " needs `" + cycle[i] + "`, which";
    }
    context_->report.error(let.name.span,
                           "a cycle of constants: " + chain + " needs `" + let.name.name + "`");
    for (const std::string& member : cycle) context_->lets[member] = nullptr;
  }

  Context* context_;
  std::map<std::string, const ast::LetDecl*> by_name_;
  std::vector<std::string> path_;
  std::set<std::string> on_path_;
};

}  // namespace

void bind_lets(const std::vector<const ast::LetDecl*>& lets, Context* context) {
  LetOrder order(lets, context);
  for (const ast::LetDecl* let : lets) order.visit(*let);
}

ExprPtr constant(Context& context, const ast::Expr& e) {
  Scope scope;
  ExprBinder binder(context, scope);
  ExprPtr bound = binder.bind_unfolded(e);
  if (!bound) return nullptr;
  uint64_t faults = 0;
  ExprPtr folded = expr::fold(bound, &faults);
  if (faults) {
    context.report.error(e.span,
                         "this constant cannot be computed: a number overflows, something is divided by zero, or a text "
                         "becomes longer than 1 MiB");
    return nullptr;
  }
  if (folded->op == expr::Op::kConst) return folded;
  context.report.error(e.span, context.report.quote(e.span) + " is not constant");
  return nullptr;
}

std::optional<int64_t> constant_int(Context& context, const ast::Expr& e, std::string_view what) {
  ExprPtr value = constant(context, e);
  if (!value) return std::nullopt;
  if (value->type == Type::kInt) return value->constant.get().i;
  context.report.error(e.span, std::string(what) + " must be an int, but " + context.report.quote(e.span) +
                                   " is " + a_type(value->type));
  return std::nullopt;
}

std::optional<int64_t> constant_duration(Context& context, const ast::Expr& e, std::string_view what,
                                         Least least) {
  ExprPtr value = constant(context, e);
  if (!value) return std::nullopt;
  if (value->type != Type::kDuration) {
    std::string hint = value->type == Type::kInt
                           ? "; write the unit: " + std::to_string(value->constant.get().i) + "s"
                           : ", such as 30s";
    context.report.error(e.span, std::string(what) + " needs a duration, but " +
                                     context.report.quote(e.span) + " is " + a_type(value->type) + hint);
    return std::nullopt;
  }
  int64_t ms = value->constant.get().i;
  if (least == Least::kAny || ms > 0 || (ms == 0 && least == Least::kZero)) return ms;
  std::string value_text;
  base::append_duration(ms, &value_text);
  context.report.error(e.span, std::string(what) + " must be " +
                                   (least == Least::kZero ? "at least 0s" : "longer than 0s") + ", but " +
                                   context.report.quote(e.span) + " is " + value_text);
  return std::nullopt;
}

}  // namespace cep::lang

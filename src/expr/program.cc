#include "expr/program.h"

#include "expr/compare.h"
#include "expr/nodes.h"

namespace cep::expr {
namespace {

Value evaluate(const ExprPtr& e, EvalContext& c) {
  Compiled compiled;
  compiled.expression = e;
  compile(&compiled);
  return compiled.value(compiled.nodes[0], c);
}

bool reads_something(Op op) {
  return (op >= Op::kField && op <= Op::kStageMax) || (op >= Op::kAggregate && op <= Op::kInTable);
}

// Puts constants in the place of the largest constant parts.
class Folder {
 public:
  // `keep_faults`: what meets a fault stays as it is, so that the fault is counted at each evaluation.
  explicit Folder(bool keep_faults) : keep_faults_(keep_faults) {}

  ExprPtr fold(const ExprPtr& e) {
    bool constant;
    ExprPtr folded = visit(e, &constant);
    return constant ? replace(folded) : folded;
  }
  uint64_t faults() const { return faults_; }

 private:
  // The expression with the constant parts of it folded, if it is not constant as a whole.
  ExprPtr visit(const ExprPtr& e, bool* constant) {
    *constant = !reads_something(e->op);
    std::vector<ExprPtr> args = e->args;
    std::vector<bool> constants(args.size());
    for (size_t i = 0; i < args.size(); ++i) {
      bool c;
      args[i] = visit(e->args[i], &c);
      constants[i] = c;
      *constant = *constant && c;
    }
    if (*constant) return e;
    for (size_t i = 0; i < args.size(); ++i)
      if (constants[i]) args[i] = replace(args[i]);
    if (args == e->args) return e;
    auto copy = std::make_shared<Expr>(*e);
    copy->args = std::move(args);
    return copy;
  }

  ExprPtr replace(const ExprPtr& e) {
    if (e->op == Op::kConst) return e;
    arena_.reset();
    EvalContext c;
    c.arena = &arena_;
    Value v = widen(evaluate(e, c), e->type);
    faults_ += c.faults;
    if (keep_faults_ && c.faults > 0) return e;
    auto result = std::make_shared<Expr>();
    result->type = e->type;
    result->constant = OwnedValue(v);
    result->span = e->span;
    return result;
  }

  bool keep_faults_;
  uint64_t faults_ = 0;
  Arena arena_;
};

}  // namespace

struct Program::Impl : Compiled {};

Program::Program(ExprPtr e) : impl_(std::make_unique<Impl>()) {
  impl_->expression = Folder(true).fold(e);
  compile(impl_.get());
}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

Value Program::eval(EvalContext& c) const { return impl_->value(impl_->nodes[0], c); }

bool Program::holds(EvalContext& c) const { return impl_->holds(impl_->nodes[0], c); }

ExprPtr fold(ExprPtr e, uint64_t* faults) {
  Folder folder(false);
  ExprPtr result = folder.fold(e);
  if (faults) *faults += folder.faults();
  return result;
}

}  // namespace cep::expr

// `b` is cut into what is joined by `and`; each part must follow: it stands in `a` word for word, or `a` and its
// opposite contradict each other. A part that may be null is not true there, so its value must not be null.
#include "lang/rules_implied.h"

#include <algorithm>
#include <string>
#include <vector>

#include "lang/rules_never.h"

namespace cep::lang {

using expr::Expr;
using expr::ExprPtr;
using expr::Op;

namespace {

constexpr size_t kMostNodes = 60;  // of both conditions: the work grows with the third power

size_t nodes(const Expr& e, size_t most) {
  size_t n = 1;
  for (const ExprPtr& arg : e.args) {
    if (n > most) return n;
    n += nodes(*arg, most - n);
  }
  return n;
}

void flatten(const ExprPtr& e, Op op, std::vector<ExprPtr>* parts) {
  if (e->op != op) return parts->push_back(e);
  for (const ExprPtr& arg : e->args) flatten(arg, op, parts);
}

std::vector<ExprPtr> parts_of(const ExprPtr& e, Op op) {
  std::vector<ExprPtr> parts;
  flatten(e, op, &parts);
  return parts;
}

ExprPtr make(Op op, std::vector<ExprPtr> args) {
  auto e = std::make_shared<Expr>();
  e->op = op;
  e->type = Type::kBool;
  e->args = std::move(args);
  return e;
}

bool contradict(const ExprPtr& a, const ExprPtr& b) { return never_holds(*make(Op::kAnd, {a, b}), {}); }

Op opposite(Op op) {
  switch (op) {
    case Op::kEq:
      return Op::kNe;
    case Op::kNe:
      return Op::kEq;
    case Op::kLt:
      return Op::kGe;
    case Op::kLe:
      return Op::kGt;
    case Op::kGt:
      return Op::kLe;
    default:
      return Op::kLt;
  }
}

// `value` is not null wherever `a` holds.
bool given(const ExprPtr& a, const ExprPtr& value) {
  return value->op == Op::kConst ? !value->constant.get().is_null() : contradict(a, make(Op::kIsNull, {value}));
}

// `x in (…)` holds if x is none of the others: of a list of constants each difference is said.
bool one_of(const ExprPtr& a, const Expr& list) {
  ExprPtr none = a;
  for (size_t i = 1; i < list.args.size(); ++i) none = make(Op::kAnd, {none, make(Op::kNe, {list.args[0], list.args[i]})});
  return given(a, list.args[0]) && never_holds(*none, {});
}

bool same_list(const Expr& a, const Expr& b) {
  if (a.op != Op::kIn || expr::canonical_text(*a.args[0]) != expr::canonical_text(*b.args[0])) return false;
  std::vector<std::string> known;
  for (size_t i = 1; i < b.args.size(); ++i) known.push_back(expr::canonical_text(*b.args[i]));
  return std::all_of(a.args.begin() + 1, a.args.end(), [&](const ExprPtr& x) {
    return x->op == Op::kConst && std::find(known.begin(), known.end(), expr::canonical_text(*x)) != known.end();
  });
}

bool part_follows(const ExprPtr& a, const ExprPtr& part) {
  for (const ExprPtr& known : parts_of(a, Op::kAnd)) {
    if (expr::canonical_text(*known) == expr::canonical_text(*part)) return true;
    if (part->op == Op::kIn && same_list(*known, *part)) return true;
  }
  if (part->op == Op::kConst) return part->constant.get().is_true();
  if (part->op == Op::kIsNotNull) return given(a, part->args[0]);
  if (part->op == Op::kIn) return one_of(a, *part);
  if (part->op < Op::kEq || part->op > Op::kGe) return false;
  return given(a, part->args[0]) && given(a, part->args[1]) && contradict(a, make(opposite(part->op), part->args));
}

bool follows(const ExprPtr& a, const ExprPtr& b) {
  if (a->op == Op::kOr) {
    const std::vector<ExprPtr> ways = parts_of(a, Op::kOr);
    return std::all_of(ways.begin(), ways.end(), [&](const ExprPtr& way) { return follows(way, b); });
  }
  const std::vector<ExprPtr> parts = parts_of(b, Op::kAnd);
  return std::all_of(parts.begin(), parts.end(), [&](const ExprPtr& part) {
    if (part->op != Op::kOr) return part_follows(a, part);
    const std::vector<ExprPtr> ways = parts_of(part, Op::kOr);
    return std::any_of(ways.begin(), ways.end(), [&](const ExprPtr& way) { return follows(a, way); });
  });
}

}  // namespace

bool implies(const ExprPtr& a, const ExprPtr& b) {
  if (b == nullptr || (b->op == Op::kConst && b->constant.get().is_true())) return true;
  if (a == nullptr || nodes(*a, kMostNodes) + nodes(*b, kMostNodes) > kMostNodes) return false;
  return follows(a, b);
}

}  // namespace cep::lang

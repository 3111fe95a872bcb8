#include "lang/rules_never.h"

#include <map>
#include <optional>

#include "expr/functions.h"

namespace cep::lang {

using expr::Expr;
using expr::Op;

namespace {

bool is_constant(const Expr& e) { return e.op == Op::kConst; }

// Order of two constants of comparable types; nullopt: not comparable here.
std::optional<int> order(const Value& a, const Value& b) {
  auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.is_null() || b.is_null()) return std::nullopt;
  if (a.type == b.type) {
    switch (a.type) {
      case Type::kBool:
        return sign(a.b, b.b);
      case Type::kDouble:
        return sign(a.d, b.d);
      case Type::kString:
        return sign(a.str(), b.str());
      default:
        return sign(a.i, b.i);
    }
  }
  constexpr int64_t kExact = int64_t{1} << 53;
  const Value& whole = a.type == Type::kInt ? a : b;
  if (whole.type != Type::kInt || whole.i > kExact || whole.i < -kExact) return std::nullopt;
  double x = a.type == Type::kInt ? static_cast<double>(a.i) : a.d;
  double y = b.type == Type::kInt ? static_cast<double>(b.i) : b.d;
  return sign(x, y);
}

// What a conjunction says of one value: constants that it equals, differs from, and lies between.
struct Facts {
  const Expr* equals = nullptr;
  const Expr* low = nullptr;
  const Expr* high = nullptr;
  bool low_open = false, high_open = false;
  bool null = false, not_null = false;
  std::vector<const Expr*> differs;
  std::vector<const Expr*> lists;  // kIn
};

class Prover {
 public:
  explicit Prover(const std::vector<bool>& empty) : empty_(empty) {}

  bool never_true(const Expr& e) const {
    if (always_null(e)) return true;
    switch (e.op) {
      case Op::kConst:
        return !e.constant.get().is_true();
      case Op::kOr:
        return never_true(*e.args[0]) && never_true(*e.args[1]);
      case Op::kAnd:
        return contradiction(e);
      case Op::kNot:
        return never_false(*e.args[0]);
      case Op::kIsNotNull:
        return always_null(*e.args[0]);
      case Op::kIsNull:
        return is_constant(*e.args[0]) && !e.args[0]->constant.get().is_null();
      default:
        return comparison_never(e);
    }
  }

 private:
  bool is_empty(const Expr& e) const {
    return e.stage >= 0 && static_cast<size_t>(e.stage) < empty_.size() &&
           empty_[static_cast<size_t>(e.stage)];
  }

  bool always_null(const Expr& e) const {
    switch (e.op) {
      case Op::kConst:
        return e.constant.get().is_null();
      case Op::kStageLast:
      case Op::kStageFirst:
      case Op::kStageSum:
      case Op::kStageAvg:
      case Op::kStageMin:
      case Op::kStageMax:
        return is_empty(e);
      case Op::kEq:
      case Op::kNe:
      case Op::kLt:
      case Op::kLe:
      case Op::kGt:
      case Op::kGe:
      case Op::kAdd:
      case Op::kSub:
      case Op::kMul:
      case Op::kDiv:
      case Op::kRem:
        return always_null(*e.args[0]) || always_null(*e.args[1]);
      case Op::kNeg:
      case Op::kMatches:
      case Op::kIn:
      case Op::kNotIn:
        return always_null(*e.args[0]);
      case Op::kCall: {
        if (!expr::functions()[static_cast<size_t>(e.index)].null_in_null_out) return false;
        for (const expr::ExprPtr& arg : e.args)
          if (always_null(*arg)) return true;
        return false;
      }
      default:
        return false;
    }
  }

  bool never_false(const Expr& e) const {
    if (always_null(e)) return true;
    switch (e.op) {
      case Op::kConst:
        return e.constant.get().is_true() || e.constant.get().is_null();
      case Op::kOr:
        return never_false(*e.args[0]) || never_false(*e.args[1]);
      case Op::kAnd:
        return never_false(*e.args[0]) && never_false(*e.args[1]);
      case Op::kNot:
        return never_true(*e.args[0]);
      case Op::kIsNull:
        return always_null(*e.args[0]);
      default:
        return false;
    }
  }

  // count(a) of a stage without events, against a constant.
  bool comparison_never(const Expr& e) const {
    if (e.op < Op::kEq || e.op > Op::kGe) return false;
    auto value = [&](const Expr& side) -> std::optional<Value> {
      if (is_constant(side)) return side.constant.get();
      if (side.op == Op::kStageCount && is_empty(side)) return Value::integer(0);
      return std::nullopt;
    };
    auto a = value(*e.args[0]), b = value(*e.args[1]);
    if (!a || !b) return false;
    auto sign = order(*a, *b);
    if (!sign) return false;
    switch (e.op) {
      case Op::kEq:
        return *sign != 0;
      case Op::kNe:
        return *sign == 0;
      case Op::kLt:
        return *sign >= 0;
      case Op::kLe:
        return *sign > 0;
      case Op::kGt:
        return *sign <= 0;
      default:
        return *sign < 0;
    }
  }

  static void flatten(const Expr& e, std::vector<const Expr*>* parts) {
    if (e.op != Op::kAnd) {
      parts->push_back(&e);
      return;
    }
    flatten(*e.args[0], parts);
    flatten(*e.args[1], parts);
  }

  bool contradiction(const Expr& e) const {
    std::vector<const Expr*> parts;
    flatten(e, &parts);
    std::map<std::string, Facts> facts;
    for (const Expr* part : parts) {
      if (never_true(*part)) return true;
      note(*part, &facts);
    }
    for (const auto& [value, f] : facts)
      if (impossible(f)) return true;
    return false;
  }

  static void note(const Expr& part, std::map<std::string, Facts>* facts) {
    if (part.args.empty()) return;
    bool comparison = part.op >= Op::kEq && part.op <= Op::kGe;
    if (comparison) {
      const Expr* left = part.args[0].get();
      const Expr* right = part.args[1].get();
      if (is_constant(*right)) return note_comparison(part.op, *left, right, facts);
      if (is_constant(*left)) return note_comparison(mirrored(part.op), *right, left, facts);
      (*facts)[expr::canonical_text(*left)].not_null = true;
      (*facts)[expr::canonical_text(*right)].not_null = true;
      return;
    }
    if (part.op != Op::kIsNull && part.op != Op::kIsNotNull && part.op != Op::kIn && part.op != Op::kMatches)
      return;
    Facts& f = (*facts)[expr::canonical_text(*part.args[0])];
    if (part.op == Op::kIsNull) {
      f.null = true;
    } else {
      f.not_null = true;
    }
    if (part.op == Op::kIn) f.lists.push_back(&part);
  }

  static Op mirrored(Op op) {
    switch (op) {
      case Op::kLt:
        return Op::kGt;
      case Op::kLe:
        return Op::kGe;
      case Op::kGt:
        return Op::kLt;
      case Op::kGe:
        return Op::kLe;
      default:
        return op;
    }
  }

  static void note_comparison(Op op, const Expr& value, const Expr* constant,
                              std::map<std::string, Facts>* facts) {
    Facts& f = (*facts)[expr::canonical_text(value)];
    f.not_null = true;
    bool low = op == Op::kGt || op == Op::kGe || op == Op::kEq;
    bool high = op == Op::kLt || op == Op::kLe || op == Op::kEq;
    if (op == Op::kNe) f.differs.push_back(constant);
    if (op == Op::kEq && !f.equals) f.equals = constant;
    if (low) tighten(constant, op == Op::kGt, 1, &f.low, &f.low_open);
    if (high) tighten(constant, op == Op::kLt, -1, &f.high, &f.high_open);
  }

  // Keeps the narrower of two bounds; `side` is 1 for lower bounds.
  static void tighten(const Expr* constant, bool open, int side, const Expr** bound, bool* bound_open) {
    std::optional<int> sign;
    if (*bound) sign = order(constant->constant.get(), (*bound)->constant.get());
    if (*bound && !sign) return;
    bool narrower = !*bound || *sign * side > 0;
    if (*bound && *sign == 0) *bound_open = *bound_open || open;
    if (!narrower) return;
    *bound = constant;
    *bound_open = open;
  }

  static bool impossible(const Facts& f) {
    if (f.null && f.not_null) return true;
    if (f.low && f.high) {
      auto sign = order(f.low->constant.get(), f.high->constant.get());
      if (sign && (*sign > 0 || (*sign == 0 && (f.low_open || f.high_open)))) return true;
    }
    if (!f.equals) return false;
    Value equals = f.equals->constant.get();
    for (const Expr* other : f.differs)
      if (order(equals, other->constant.get()) == 0) return true;
    for (const Expr* list : f.lists) {
      bool possible = false;
      for (size_t i = 1; i < list->args.size(); ++i) {
        auto sign = is_constant(*list->args[i]) ? order(equals, list->args[i]->constant.get())
                                                : std::optional<int>(0);
        bool null = is_constant(*list->args[i]) && list->args[i]->constant.get().is_null();
        possible |= !null && (!sign || *sign == 0);
      }
      if (!possible) return true;
    }
    return false;
  }

  const std::vector<bool>& empty_;
};

}  // namespace

bool never_holds(const Expr& condition, const std::vector<bool>& empty) {
  return Prover(empty).never_true(condition);
}

}  // namespace cep::lang

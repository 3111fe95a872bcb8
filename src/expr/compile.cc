// From the bound tree to nodes: chains of and, or and joined strings become one node each, a field compared
// with a constant becomes one node, `in` over constants becomes a set.
#include <algorithm>

#include "base/check.h"
#include "expr/compare.h"
#include "expr/nodes.h"

namespace cep::expr {
namespace {

bool is_whole(Type t) { return t == Type::kInt || t == Type::kTimestamp || t == Type::kDuration; }
bool is_number(Type t) { return t == Type::kInt || t == Type::kDouble; }
bool is_constant(const Expr& e) { return e.op == Op::kConst; }

uint8_t mask_of(Op op) {
  switch (op) {
    case Op::kEq:
      return kEqual;
    case Op::kNe:
      return kLess | kGreater;
    case Op::kLt:
      return kLess;
    case Op::kLe:
      return kLess | kEqual;
    case Op::kGt:
      return kGreater;
    default:
      return kGreater | kEqual;
  }
}

// The mask of the comparison with its sides exchanged.
uint8_t mirrored(uint8_t mask) {
  return static_cast<uint8_t>((mask & kEqual) | (mask & kLess ? kGreater : 0) |
                              (mask & kGreater ? kLess : 0));
}

// A field that lies in one slot whatever the input.
bool in_one_slot(const Expr& e) {
  return e.op == Op::kField && !e.slots.empty() && e.slots[0] != kNoSlot &&
         std::all_of(e.slots.begin(), e.slots.end(), [&](uint16_t s) { return s == e.slots[0]; });
}

Value constant_of(const Expr& e) { return widen(e.constant.get(), e.type); }

// Parts of a chain `a op b op c`, however it is nested.
void flatten(const Expr& e, Op op, Type type, std::vector<const Expr*>* out) {
  if (e.op != op || e.type != type) {
    out->push_back(&e);
    return;
  }
  for (const ExprPtr& arg : e.args) flatten(*arg, op, type, out);
}

std::vector<const Expr*> all_args(const Expr& e) {
  std::vector<const Expr*> list;
  for (const ExprPtr& arg : e.args) list.push_back(arg.get());
  return list;
}

class Compiler {
 public:
  explicit Compiler(Compiled* out) : out_(*out) {}

  void emit(size_t at, const Expr& e) {
    Node n;
    n.type = e.type;
    n.source = &e;
    n.index = e.index;
    std::vector<const Expr*> args;
    if (e.op >= Op::kOr && e.op <= Op::kMatches) {
      args = truth(e, &n);
    } else if (e.op >= Op::kAdd && e.op <= Op::kNeg) {
      args = arithmetic_node(e, &n);
    } else {
      args = leaf_or_call(e, &n);
    }
    n.first = static_cast<uint32_t>(out_.nodes.size());
    n.count = static_cast<uint32_t>(args.size());
    out_.nodes.resize(out_.nodes.size() + args.size());
    out_.nodes[at] = n;
    for (size_t i = 0; i < args.size(); ++i) emit(n.first + i, *args[i]);
  }

 private:
  // Each fills the node and returns what its arguments are made of.
  std::vector<const Expr*> leaf_or_call(const Expr& e, Node* n) {
    switch (e.op) {
      case Op::kConst:
        constant(constant_of(e), n);
        return {};
      case Op::kField:
        field(e, n);
        return {};
      case Op::kSelected:
        n->code = Code::kSelected;
        return {};
      case Op::kStageLast:
      case Op::kStageFirst:
        n->code = Code::kStageField;
        return {};
      case Op::kStageCount:
        n->code = Code::kStageCount;
        n->index = e.stage;
        return {};
      case Op::kStageSum:
      case Op::kStageAvg:
      case Op::kStageMin:
      case Op::kStageMax:
        CEP_CHECK(e.op != Op::kStageAvg || e.field_type != Type::kNull);
        n->code = Code::kStageAggregate;
        return {};
      case Op::kIf:
        n->code = Code::kChoose;
        return all_args(e);
      case Op::kCall:
        break;
      default:
        return of_operator(e, n);
    }
    CEP_CHECK(static_cast<size_t>(e.index) < functions().size());
    n->code = Code::kCall;
    n->function = &functions()[static_cast<size_t>(e.index)];
    n->strict = n->function->null_in_null_out;
    return all_args(e);
  }

  // What windows, joins and tables give.
  std::vector<const Expr*> of_operator(const Expr& e, Node* n) {
    if (e.op == Op::kAggregate || e.op == Op::kBound) {
      n->code = e.op == Op::kAggregate ? Code::kAggregate : Code::kBound;
      return {};
    }
    if (e.op == Op::kInTable) {
      CEP_CHECK(e.args.size() == 1);
      n->code = Code::kInTable;
      return all_args(e);
    }
    CEP_CHECK((e.op == Op::kSideField || e.op == Op::kLookup) && e.slots.size() == 1);
    n->slot = e.slots[0];
    n->code = e.op == Op::kLookup ? Code::kLookup : Code::kSideField;
    if (e.op == Op::kLookup) return all_args(e);
    CEP_CHECK(e.stage == 0 || e.stage == 1);
    n->index = e.stage;
    return {};
  }

  void constant(const Value& v, Node* n) {
    n->code = Code::kConst;
    n->constant = v;
    if (v.type != Type::kBool) return;
    n->code = Code::kAlways;
    n->index = static_cast<int32_t>(v.b ? Truth::kTrue : Truth::kFalse);
  }

  void field(const Expr& e, Node* n) {
    n->code = Code::kFieldByInput;
    if (!in_one_slot(e)) return;
    n->slot = e.slots[0];
    n->code = e.type == Type::kBool ? Code::kFieldBool : Code::kField;
  }

  std::vector<const Expr*> arithmetic_node(const Expr& e, Node* n) {
    if (e.op == Op::kNeg) {
      n->code = Code::kNegate;
      return all_args(e);
    }
    if (e.op == Op::kAdd && e.type == Type::kString) {
      std::vector<const Expr*> parts;
      flatten(e, Op::kAdd, Type::kString, &parts);
      n->code = Code::kConcat;
      n->strict = true;
      return parts;
    }
    n->binary = arithmetic(e.op, e.args[0]->type, e.args[1]->type);
    n->code = n->binary ? Code::kArithmetic : Code::kConst;  // not defined: only of nulls, and null
    return n->binary ? all_args(e) : std::vector<const Expr*>{};
  }

  std::vector<const Expr*> truth(const Expr& e, Node* n) {
    n->negated = e.op == Op::kNotIn || e.op == Op::kIsNotNull || e.op == Op::kNe;
    switch (e.op) {
      case Op::kAnd:
      case Op::kOr: {
        std::vector<const Expr*> parts;
        flatten(e, e.op, e.type, &parts);
        n->code = e.op == Op::kAnd ? Code::kAnd : Code::kOr;
        return parts;
      }
      case Op::kNot:
        n->code = Code::kNot;
        return all_args(e);
      case Op::kIsNull:
      case Op::kIsNotNull:
        if (!in_one_slot(*e.args[0])) {
          n->code = Code::kIsNull;
          return all_args(e);
        }
        n->code = Code::kFieldIsNull;
        n->slot = e.args[0]->slots[0];
        return {};
      case Op::kIn:
      case Op::kNotIn:
        return membership(e, n);
      case Op::kMatches:
        return regex(e, n);
      default:
        return comparison(e, n);
    }
  }

  std::vector<const Expr*> comparison(const Expr& e, Node* n) {
    const Expr* left = e.args[0].get();
    const Expr* right = e.args[1].get();
    n->mask = mask_of(e.op);
    if (is_constant(*left)) {
      std::swap(left, right);
      n->mask = mirrored(n->mask);
    }
    if (in_one_slot(*left) && is_constant(*right) && field_and_constant(e, *left, constant_of(*right), n))
      return {};
    n->code = Code::kCompare;
    return {left, right};
  }

  bool field_and_constant(const Expr& e, const Expr& field, Value c, Node* n) {
    bool equality = e.op == Op::kEq || e.op == Op::kNe;
    if (field.type == Type::kDouble && c.type == Type::kInt) {
      Value real = widen(c, Type::kDouble);
      if (compare(c, real) == 0) c = real;
    }
    if (field.type != c.type) return false;
    if (is_whole(c.type)) {
      n->code = Code::kFieldWhole;
    } else if (c.type == Type::kDouble) {
      n->code = Code::kFieldDouble;
    } else if (c.type == Type::kString && equality) {
      n->code = Code::kFieldString;
    } else {
      return false;
    }
    n->slot = field.slots[0];
    n->constant = c;
    return true;
  }

  std::vector<const Expr*> membership(const Expr& e, Node* n) {
    Type type = e.args[0]->type;
    n->code = Code::kIn;
    if (type == Type::kNull || type == Type::kBool) return all_args(e);
    std::vector<Value> list;
    for (size_t i = 1; i < e.args.size(); ++i) {
      if (!is_constant(*e.args[i])) return all_args(e);
      Value v = constant_of(*e.args[i]);
      bool fits = v.is_null() || v.type == type || (is_number(v.type) && is_number(type));
      if (!fits) return all_args(e);
      n->set_has_null |= v.is_null();
      list.push_back(v);
    }
    out_.sets.push_back(std::make_unique<ConstSet>(type, list));
    n->code = Code::kInSet;
    n->set = out_.sets.back().get();
    return {e.args[0].get()};
  }

  std::vector<const Expr*> regex(const Expr& e, Node* n) {
    Value pattern = e.constant.get();
    if (pattern.is_null()) {
      n->code = Code::kConst;
      return {};
    }
    out_.regexes.push_back(std::make_unique<Regex>(pattern.str()));
    n->code = Code::kMatches;
    n->regex = out_.regexes.back().get();
    return {e.args[0].get()};
  }

  Compiled& out_;
};

}  // namespace

void compile(Compiled* out) {
  out->nodes.resize(1);
  Compiler(out).emit(0, *out->expression);
}

}  // namespace cep::expr

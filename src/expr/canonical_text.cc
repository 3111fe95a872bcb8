// Expressions as one-line prefix text, with slots for fields, and types where the arguments do not give them:
// (and (== $2:string "PAYMENT") (< $3:double 50.0))
#include "base/check.h"
#include "expr/expr.h"
#include "expr/functions.h"

namespace cep::expr {
namespace {

std::string_view symbol(Op op) {
  switch (op) {
    case Op::kOr:
      return "or";
    case Op::kAnd:
      return "and";
    case Op::kNot:
      return "not";
    case Op::kEq:
      return "==";
    case Op::kNe:
      return "!=";
    case Op::kLt:
      return "<";
    case Op::kLe:
      return "<=";
    case Op::kGt:
      return ">";
    case Op::kGe:
      return ">=";
    case Op::kIn:
      return "in";
    case Op::kNotIn:
      return "not-in";
    case Op::kIsNull:
      return "is-null";
    case Op::kIsNotNull:
      return "is-not-null";
    case Op::kMatches:
      return "matches";
    case Op::kAdd:
      return "+";
    case Op::kSub:
      return "-";
    case Op::kMul:
      return "*";
    case Op::kDiv:
      return "/";
    case Op::kRem:
      return "%";
    case Op::kNeg:
      return "neg";
    case Op::kIf:
      return "if";
    case Op::kCall:
      return "call";
    case Op::kAggregate:
      return "aggregate";
    case Op::kBound:
      return "bound";
    case Op::kSideField:
      return "side";
    case Op::kLookup:
      return "lookup";
    case Op::kInTable:
      return "in-table";
    case Op::kStageLast:
      return "last";
    case Op::kStageFirst:
      return "first";
    case Op::kStageCount:
      return "count";
    case Op::kStageSum:
      return "sum";
    case Op::kStageAvg:
      return "avg";
    case Op::kStageMin:
      return "min";
    case Op::kStageMax:
      return "max";
    case Op::kConst:
    case Op::kField:
    case Op::kSelected:
      break;
  }
  return "";
}

bool is_stage(Op op) { return op >= Op::kStageLast && op <= Op::kStageMax; }

void append_quoted(std::string_view text, std::string* out) {
  out->push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

void append_constant(const Value& v, std::string* out) {
  if (v.type == Type::kString) return append_quoted(v.str(), out);
  if (v.type == Type::kTimestamp) out->push_back('@');
  append_text(v, out);
}

void append_type(Type type, std::string* out) { out->append(":").append(type_name(type)); }

void append_field(const Expr& e, std::string* out) {
  out->push_back('$');
  for (size_t i = 0; i < e.slots.size(); ++i) {
    if (i > 0) out->push_back('|');
    out->append(e.slots[i] == kNoSlot ? "none" : std::to_string(e.slots[i]));
  }
  append_type(e.type, out);
}

void append_stage(const Expr& e, std::string* out) {
  out->append(symbol(e.op)).append(" stage").append(std::to_string(e.stage));
  if (e.op == Op::kStageCount) return;
  if (e.op == Op::kStageLast || e.op == Op::kStageFirst) out->append(" ").append(std::to_string(e.index));
  out->push_back(' ');
  append_field(e, out);
}

// (aggregate 0:int) (bound 1:string) (side 0 $2:int) (lookup 0 $2:string KEY…) (in-table 0 KEY)
void append_of_operator(const Expr& e, std::string* out) {
  int number = e.op == Op::kSideField ? e.stage : e.index;
  out->append(symbol(e.op)).append(" ").append(std::to_string(number));
  if (e.op == Op::kInTable) return;
  if (e.op == Op::kAggregate || e.op == Op::kBound) return append_type(e.type, out);
  out->push_back(' ');
  append_field(e, out);
}

void append(const Expr& e, std::string* out) {
  if (e.op == Op::kConst) return append_constant(e.constant.get(), out);
  if (e.op == Op::kField) return append_field(e, out);
  if (e.op == Op::kSelected) {
    out->append("selected").append(std::to_string(e.index));
    return append_type(e.type, out);
  }
  out->push_back('(');
  if (is_stage(e.op)) {
    append_stage(e, out);
  } else if (e.op >= Op::kAggregate) {
    append_of_operator(e, out);
  } else {
    out->append(e.op == Op::kCall ? functions()[static_cast<size_t>(e.index)].name : symbol(e.op));
    if (e.op == Op::kIf || e.op == Op::kCall) append_type(e.type, out);
  }
  for (const ExprPtr& arg : e.args) {
    out->push_back(' ');
    append(*arg, out);
  }
  if (e.op == Op::kMatches) {
    out->push_back(' ');
    append_quoted(e.constant.get().str(), out);
  }
  out->push_back(')');
}

}  // namespace

bool reads_history(const Expr& e) {
  if (is_stage(e.op)) return true;
  for (const ExprPtr& arg : e.args)
    if (reads_history(*arg)) return true;
  return false;
}

std::string canonical_text(const Expr& e) {
  std::string out;
  append(e, &out);
  return out;
}

}  // namespace cep::expr

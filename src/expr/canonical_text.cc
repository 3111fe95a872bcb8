// Expressions as one-line prefix text, with slots for fields, and types where the arguments do not give them:
// (and (== $2:string "PAYMENT") (< $3:double 50.0))
#include "base/check.h"
#include "expr/expr.h"
#include "expr/functions.h"

namespace cep::expr {
namespace {

// The words of the operators; what has none here is written in its own way.
struct Symbol {
  Op op;
  std::string_view text;
};
constexpr Symbol kSymbols[] = {
    {Op::kOr, "or"}, {Op::kAnd, "and"}, {Op::kNot, "not"}, {Op::kEq, "=="}, {Op::kNe, "!="}, {Op::kLt, "<"},
    {Op::kLe, "<="}, {Op::kGt, ">"}, {Op::kGe, ">="}, {Op::kIn, "in"}, {Op::kNotIn, "not-in"},
    {Op::kIsNull, "is-null"}, {Op::kIsNotNull, "is-not-null"}, {Op::kMatches, "matches"}, {Op::kAdd, "+"},
    {Op::kSub, "-"}, {Op::kMul, "*"}, {Op::kDiv, "/"}, {Op::kRem, "%"}, {Op::kNeg, "neg"}, {Op::kIf, "if"},
    {Op::kCall, "call"}, {Op::kAggregate, "aggregate"}, {Op::kBound, "bound"}, {Op::kSideField, "side"},
    {Op::kLookup, "lookup"}, {Op::kInTable, "in-table"}, {Op::kStageLast, "last"},
    {Op::kStageFirst, "first"}, {Op::kStageCount, "count"}, {Op::kStageSum, "sum"}, {Op::kStageAvg, "avg"},
    {Op::kStageMin, "min"}, {Op::kStageMax, "max"},
};

std::string_view symbol(Op op) {
  for (const Symbol& s : kSymbols)
    if (s.op == op) return s.text;
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

#include "lang/binder_expr.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/time_text.h"
#include "expr/functions.h"
#include "expr/regex.h"
#include "lang/type_rules.h"

namespace cep::lang {

using ast::Expr;
using expr::ExprPtr;
using expr::Op;

namespace {

bool is_number_text(const std::string& text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// What to write instead, where text was written for a value of another type or the other way round.
std::string comparison_hint(const Expr& text, Type type, Type other) {
  if (text.kind == Expr::kString && is_number(other) && is_number_text(text.text))
    return "; write " + text.text + " without quotes";
  if (text.kind == Expr::kString && other == Type::kBool && (text.text == "true" || text.text == "false"))
    return "; write " + text.text + " without quotes";
  if (other == Type::kString && (text.kind == Expr::kInt || text.kind == Expr::kDecimal))
    return "; write \"" + text.text + "\", or to_double(…) round the string";
  if (type == Type::kString && is_number(other)) return "; to_double(…) makes a number of a string";
  if (is_number(type) && other == Type::kDuration) return "; a duration has a unit, such as 30s";
  if (type == Type::kString && other == Type::kTimestamp)
    return "; timestamps compare with timestamps, and the difference of two with a duration: ts - a.ts < 5m";
  if (type == Type::kDuration && other == Type::kTimestamp)
    return "; the difference of two timestamps is a duration";
  return "";
}

std::string arithmetic_hint(const std::string& op, Type a, Type b) {
  if (op == "+" && (a == Type::kString || b == Type::kString))
    return "; to_string(…) makes a string of the other";
  if (a == Type::kString || b == Type::kString) return "; to_double(…) makes a number of a string";
  if (op == "+" && a == Type::kTimestamp && b == Type::kTimestamp)
    return "; the difference of two timestamps is a duration, their sum is nothing";
  bool time = a == Type::kTimestamp || a == Type::kDuration;
  bool other_time = b == Type::kTimestamp || b == Type::kDuration;
  if ((time && is_number(b)) || (other_time && is_number(a))) return "; a duration has a unit, such as 30s";
  return "";
}

}  // namespace

std::shared_ptr<expr::Expr> make_node(Op op, Type type, Span span, std::vector<ExprPtr> args) {
  auto node = std::make_shared<expr::Expr>();
  node->op = op;
  node->type = type;
  node->span = span;
  node->args = std::move(args);
  return node;
}

ExprPtr make_constant(const Value& value, Span span) {
  auto node = make_node(Op::kConst, value.type, span);
  node->constant = OwnedValue(value);
  return node;
}

ExprPtr as_double(ExprPtr e) {
  if (e->type != Type::kInt) return e;
  if (e->op == Op::kConst)
    return make_constant(Value::real(static_cast<double>(e->constant.get().i)), e->span);
  auto call = make_node(Op::kCall, Type::kDouble, e->span, {e});
  call->index = expr::find_function("to_double");
  return call;
}

ExprPtr ExprBinder::bind(const Expr& e) {
  ExprPtr bound = bind_unfolded(e);
  if (!bound || depth_ > 0) return bound;
  uint64_t faults = 0;
  ExprPtr folded = expr::fold(bound, &faults);
  return faults ? bound : folded;  // a fault is counted at each evaluation
}

ExprPtr ExprBinder::bind_unfolded(const Expr& e) {
  ++depth_;  // the parser bounds the height of a tree
  ExprPtr bound = dispatch(e);
  --depth_;
  return without_list(std::move(bound), depth_ == 0);
}

ExprPtr ExprBinder::without_list(ExprPtr bound, bool whole) {
  if (!bound || bound->type != Type::kList || (whole && scope_.lists && bound->op == Op::kAggregate))
    return bound;
  context_.report.error(bound->span, context_.report.quote(bound->span) +
                                         " is a list (`collect`, `top`): a window can select it as it is, and "
                                         "nothing else can be done with it");
  return nullptr;
}

ExprPtr ExprBinder::condition(const Expr& e, std::string_view what) {
  ExprPtr bound = bind(e);
  if (!bound || bound->type == Type::kBool || bound->type == Type::kNull) return bound;
  std::string value = context_.report.quote(e.span), hint;
  value.pop_back();  // the closing backquote
  if (is_number(bound->type)) hint = "; compare it with something, such as " + value + " > 0`";
  if (bound->type == Type::kString) hint = "; compare it with something, such as " + value + " == \"…\"`";
  context_.report.error(e.span, std::string(what) + " needs a condition, true or false, but " +
                                    context_.report.quote(e.span) + " is " + a_type(bound->type) + hint);
  return nullptr;
}

ExprPtr ExprBinder::dispatch(const Expr& e) {
  switch (e.kind) {
    case Expr::kNull:
    case Expr::kTrue:
    case Expr::kFalse:
    case Expr::kInt:
    case Expr::kDecimal:
    case Expr::kString:
    case Expr::kDuration:
      return literal(e);
    case Expr::kName:
      return bind_name(e.names[0]);
    case Expr::kMember:
      return member(e);
    case Expr::kCall:
      return e.names[0].name == "if" && !e.names[0].quoted ? choose(e) : call(e);
    case Expr::kNeg:
    case Expr::kNot:
      return unary(e);
    case Expr::kBinary:
      return binary(e);
    case Expr::kIn:
      return in_list(e);
    case Expr::kInTable:
      return in_table(e);
    case Expr::kMatches:
      return matches(e);
    case Expr::kIsNull: {
      ExprPtr arg = bind(*e.args[0]);
      return arg ? make_node(e.negated ? Op::kIsNotNull : Op::kIsNull, Type::kBool, e.span, {arg}) : nullptr;
    }
    case Expr::kLookup:
      return lookup(e);
    case Expr::kFilter:
      return filter(e);
  }
  return nullptr;
}

ExprPtr ExprBinder::literal(const Expr& e) {
  if (e.kind >= Expr::kInt && e.kind <= Expr::kDuration && e.text.empty() && e.kind != Expr::kString)
    return nullptr;  // the lexer has said what is wrong with this number
  switch (e.kind) {
    case Expr::kNull:
      return make_constant(Value::null(), e.span);
    case Expr::kTrue:
      return make_constant(Value::boolean(true), e.span);
    case Expr::kFalse:
      return make_constant(Value::boolean(false), e.span);
    case Expr::kInt:
      return integer(e, false);
    case Expr::kString:
      return make_constant(Value::string(e.text), e.span);
    case Expr::kDuration: {
      auto ms = base::parse_duration(e.text);
      if (ms) return make_constant(Value::duration(*ms), e.span);
      context_.report.error(e.span,
                            "`" + e.text +
                                "` is no duration: units fall (d h m s ms), each at most once, as in 1h30m, "
                                "and the whole fits 64 bits of milliseconds");
      return nullptr;
    }
    default:
      break;
  }
  double value = std::strtod(e.text.c_str(), nullptr);  // 1.0e-999 rounds to nothing, as it should
  if (!std::isfinite(value)) {
    context_.report.error(e.span, "`" + e.text + "` is out of the range of a double");
    return nullptr;
  }
  return make_constant(Value::real(value), e.span);
}

ExprPtr ExprBinder::integer(const Expr& e, bool negative) {
  std::string digits = (negative ? "-" : "") + e.text;
  int64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size())
    return make_constant(Value::integer(value), e.span);
  context_.report.error(
      e.span, "`" + e.text + "` does not fit an int (64 bits); as a double write `" + e.text + ".0`");
  return nullptr;
}

ExprPtr ExprBinder::unary(const Expr& e) {
  const Expr& operand = *e.args[0];
  if (e.kind == Expr::kNeg && operand.kind == Expr::kInt && !operand.text.empty()) return integer(operand, true);
  ExprPtr arg = bind(operand);
  if (!arg) return nullptr;
  if (e.kind == Expr::kNeg) {
    auto type = negated_type(arg->type);
    if (type) return make_node(Op::kNeg, *type, e.span, {arg});
    context_.report.error(e.span, "`-` takes a number or a duration, but " +
                                      context_.report.quote(operand.span) + " is " + a_type(arg->type));
    return nullptr;
  }
  if (arg->type == Type::kBool || arg->type == Type::kNull)
    return make_node(Op::kNot, Type::kBool, e.span, {arg});
  context_.report.error(operand.span, "`not` takes a condition, true or false, but " +
                                          context_.report.quote(operand.span) + " is " + a_type(arg->type));
  return nullptr;
}

ExprPtr ExprBinder::binary(const Expr& e) {
  auto op = binary_op(e.op);
  ExprPtr left = bind(*e.args[0]);
  ExprPtr right = bind(*e.args[1]);
  if (!left || !right || !op) return nullptr;
  if (is_logic(*op)) return logic(e, *op, left, right);
  if (is_comparison(*op)) return compare(e, *op, left, right);
  auto type = arithmetic_type(*op, left->type, right->type);
  if (type) return make_node(*op, *type, e.span, {left, right});
  context_.report.error(e.op_span, "`" + e.op + "` cannot take " + a_type(left->type) + " and " +
                                       a_type(right->type) + ": " + context_.report.quote(e.args[0]->span) +
                                       " is " + a_type(left->type) + ", " +
                                       context_.report.quote(e.args[1]->span) + " is " + a_type(right->type) +
                                       arithmetic_hint(e.op, left->type, right->type));
  return nullptr;
}

ExprPtr ExprBinder::logic(const Expr& e, Op op, ExprPtr left, ExprPtr right) {
  bool fine = true;
  for (int i = 0; i < 2; ++i) {
    Type type = (i ? right : left)->type;
    if (type == Type::kBool || type == Type::kNull) continue;
    const Expr& side = *e.args[static_cast<size_t>(i)];
    context_.report.error(side.span, "`" + e.op + "` joins conditions, but " +
                                         context_.report.quote(side.span) + " is " + a_type(type) +
                                         "; compare it with something");
    fine = false;
  }
  return fine ? make_node(op, Type::kBool, e.span, {left, right}) : nullptr;
}

ExprPtr ExprBinder::compare(const Expr& e, Op op, ExprPtr left, ExprPtr right) {
  const Expr& l = *e.args[0];
  const Expr& r = *e.args[1];
  if (!comparable(left->type, right->type)) {
    const Expr* place = r.kind <= Expr::kDuration ? &r : l.kind <= Expr::kDuration ? &l : nullptr;
    Expr at_op;
    at_op.span = e.op_span;
    refuse_comparison(place ? *place : at_op, e.op, l, *left, r, *right);
    return nullptr;
  }
  bool equality = op == Op::kEq || op == Op::kNe;
  if (!equality && (!ordered(left->type) || !ordered(right->type))) {
    context_.report.error(e.op_span,
                          "`" + e.op +
                              "` needs values with an order, and true and false have none; write `==`, `!=` "
                              "or the condition itself");
    return nullptr;
  }
  if (l.kind == Expr::kNull || r.kind == Expr::kNull) {
    std::string value = context_.report.quote((l.kind == Expr::kNull ? r : l).span);
    std::string bare = value.substr(1, value.size() - 2);
    context_.report.warning(e.op_span, "a comparison with null is never true, as in SQL; write `" + bare +
                                           (op == Op::kNe ? " is not null`" : " is null`"));
  }
  return make_node(op, Type::kBool, e.span, {left, right});
}

void ExprBinder::refuse_comparison(const Expr& place, const std::string& word, const Expr& left_text,
                                   const expr::Expr& left, const Expr& right_text, const expr::Expr& right) {
  std::string hint = comparison_hint(right_text, right.type, left.type);
  if (hint.empty()) hint = comparison_hint(left_text, left.type, right.type);
  context_.report.error(place.span,
                        "`" + word + "` cannot compare " + a_type(left.type) + " with " + a_type(right.type) +
                            ": " + context_.report.quote(left_text.span) + " is " + a_type(left.type) + ", " +
                            context_.report.quote(right_text.span) + " is " + a_type(right.type) + hint);
}

ExprPtr ExprBinder::in_list(const Expr& e) {
  std::vector<ExprPtr> args;
  bool fine = true;
  for (const ast::ExprPtr& arg : e.args) {
    args.push_back(bind(*arg));
    fine &= args.back() != nullptr;
  }
  if (!args[0]) return nullptr;
  for (size_t i = 1; i < args.size(); ++i) {
    if (!args[i] || comparable(args[0]->type, args[i]->type)) continue;
    refuse_comparison(*e.args[i], e.negated ? "not in" : "in", *e.args[0], *args[0], *e.args[i], *args[i]);
    fine = false;
  }
  return fine ? make_node(e.negated ? Op::kNotIn : Op::kIn, Type::kBool, e.span, std::move(args)) : nullptr;
}

ExprPtr ExprBinder::matches(const Expr& e) {
  ExprPtr text = bind(*e.args[0]);
  ExprPtr pattern = bind(*e.args[1]);
  if (text && text->type != Type::kString && text->type != Type::kNull) {
    context_.report.error(e.args[0]->span, "`matches` looks into a string, but " +
                                               context_.report.quote(e.args[0]->span) + " is " +
                                               a_type(text->type) + "; to_string(…) makes one");
    text = nullptr;
  }
  if (!pattern) return nullptr;
  pattern = expr::fold(pattern);
  if (pattern->op != Op::kConst || pattern->type != Type::kString) {
    context_.report.error(
        e.args[1]->span,
        "`matches` needs a constant regular expression, a string; for a text that varies use "
        "contains(…), starts_with(…) or ends_with(…)");
    return nullptr;
  }
  if (!context_.regex_allowed(e.args[1]->span)) return nullptr;
  size_t cost = 0;
  std::string reason = expr::check_regex(pattern->constant.get().str(), &cost);
  context_.spend_regex(cost);
  if (!reason.empty()) {
    context_.report.error(e.args[1]->span, "this regular expression cannot be used: " + reason);
    return nullptr;
  }
  if (!text) return nullptr;
  auto node = make_node(Op::kMatches, Type::kBool, e.span, {text});
  node->constant = pattern->constant;
  return node;
}

ExprPtr ExprBinder::choose(const Expr& e) {
  if (e.args.size() != 3) {
    context_.report.error(e.names[0].span,
                          "`if` takes a condition and two values: if(v > 5, \"big\", \"small\")");
    return nullptr;
  }
  ExprPtr when = bind(*e.args[0]);
  ExprPtr yes = bind(*e.args[1]);
  ExprPtr no = bind(*e.args[2]);
  if (when && when->type != Type::kBool && when->type != Type::kNull) {
    context_.report.error(e.args[0]->span, "`if` needs a condition first, true or false, but " +
                                               context_.report.quote(e.args[0]->span) + " is " +
                                               a_type(when->type));
    when = nullptr;
  }
  if (!when || !yes || !no) return nullptr;
  auto type = common_type(yes->type, no->type);
  if (!type) {
    context_.report.error(
        e.args[2]->span,
        "both values of `if` must be of one type: " + context_.report.quote(e.args[1]->span) + " is " +
            a_type(yes->type) + ", " + context_.report.quote(e.args[2]->span) + " is " + a_type(no->type));
    return nullptr;
  }
  if (*type == Type::kDouble) {
    yes = as_double(yes);
    no = as_double(no);
  }
  return make_node(Op::kIf, *type, e.span, {when, yes, no});
}

}  // namespace cep::lang

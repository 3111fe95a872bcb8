#include "lang/expression_tree.h"

#include <algorithm>
#include <utility>

#include "lang/parser.h"

namespace cep::lang {
namespace {

using ast::Expr;
using ast::ExprPtr;

Span join(Span from, Span to) { return {from.file, from.begin, to.end}; }

// Height and spans of a node whose operands are in place.
void finish(Span whole, Expr* node) {
  for (const ExprPtr& arg : node->args) node->height = std::max(node->height, arg->height + 1);
  node->span = node->outer = whole;
  if (node->height > kMaxHeight) {
    throw Mistake{
        node->op_span,
        "this expression has more than 1000 operands in a row; split it into parts, or use `in (…)`", false};
  }
}

ExprPtr make_node(Expr::Kind kind, Span op) {
  auto node = std::make_shared<Expr>();
  node->kind = kind;
  node->op_span = op;
  return node;
}

Expr::Kind literal_kind(const Token& token) {
  switch (token.kind) {
    case TokenKind::kInt:
      return Expr::kInt;
    case TokenKind::kDecimal:
      return Expr::kDecimal;
    case TokenKind::kDuration:
      return Expr::kDuration;
    case TokenKind::kString:
      return Expr::kString;
    default:
      return token.word == Word::kTrue    ? Expr::kTrue
             : token.word == Word::kFalse ? Expr::kFalse
                                          : Expr::kNull;
  }
}

}  // namespace

ExprPtr make_literal(const ParseState& state, const Token& token) {
  ExprPtr node = make_node(literal_kind(token), state.span(token));
  if (token.kind == TokenKind::kString) {
    node->text = string_value(state, token);
  } else if (token.kind != TokenKind::kWord && !token.bad) {
    node->text = state.of(token);
  }
  finish(state.span(token), node.get());
  return node;
}

ExprPtr make_name(const ParseState& state, const Token& token) {
  ExprPtr node = make_node(Expr::kName, state.span(token));
  node->names.push_back(make_ident(state, token));
  finish(state.span(token), node.get());
  return node;
}

ExprPtr make_prefix(const ParseState& state, Expr::Kind kind, const Token& op, ExprPtr operand) {
  ExprPtr node = make_node(kind, state.span(op));
  const Span end = operand->outer;
  node->args.push_back(std::move(operand));
  finish(join(state.span(op), end), node.get());
  return node;
}

void fold_binary(const ParseState& state, const Token& op, ExprPtr right, ExprPtr* left) {
  ExprPtr node = make_node(Expr::kBinary, state.span(op));
  node->op = op.kind == TokenKind::kWord ? spelling(op.word) : spelling(op.symbol);
  const Span whole = join((*left)->outer, right->outer);
  node->args = {std::move(*left), std::move(right)};
  finish(whole, node.get());
  *left = std::move(node);
}

void fold_suffix(Suffix suffix, ExprPtr* left) {
  ExprPtr node = make_node(suffix.kind, suffix.op);
  node->negated = suffix.negated;
  if (suffix.kind == Expr::kInTable) node->names.push_back(std::move(suffix.table));
  const Span whole = join((*left)->outer, suffix.end);
  node->args.push_back(std::move(*left));
  for (ExprPtr& operand : suffix.operands) node->args.push_back(std::move(operand));
  finish(whole, node.get());
  *left = std::move(node);
}

void make_member(const ParseState&, ast::Ident field, ExprPtr* name) {
  Expr& node = **name;
  node.kind = Expr::kMember;
  const Span whole = join(node.span, field.span);
  node.names.push_back(std::move(field));
  finish(whole, &node);
}

void make_call(const ParseState& state, std::vector<ExprPtr> args, const Token& close, ExprPtr* name) {
  Expr& node = **name;
  node.kind = Expr::kCall;
  node.args = std::move(args);
  finish(join(node.span, state.span(close)), &node);
}

void make_lookup(const ParseState&, std::vector<ExprPtr> keys, ast::Ident field, ExprPtr* name) {
  Expr& node = **name;
  node.kind = Expr::kLookup;
  node.args = std::move(keys);
  const Span whole = join(node.span, field.span);
  node.names.push_back(std::move(field));
  finish(whole, &node);
}

void set_parentheses(const ParseState& state, const Token& open, const Token& close, Expr* inner) {
  inner->outer = join(state.span(open), state.span(close));
}

void refuse_chain(const ParseState& state, const Token& op, const Expr& first, const Expr* last) {
  std::string message = "comparisons do not chain: ";
  const bool two = last != nullptr && first.kind == Expr::kBinary;
  const std::string middle = two ? state.written(first.args[1]->outer) : "";
  const std::string begin = two ? state.written(first.outer) : "";
  const std::string end = two ? state.written(last->outer) : "";
  if (two && begin.size() + middle.size() + end.size() <= 120) {
    message += "write `" + begin + " and " + middle + " " + std::string(state.of(op)) + " " + end + "`";
  } else {
    message += "put parentheses round the first one, or join the two with `and`";
  }
  throw Mistake{state.span(op), message, op.bad};
}

void refuse_assign(const ParseState& state, const Token& assign) {
  throw Mistake{state.span(assign), "a single `=` compares nothing; did you mean `==`?", assign.bad};
}

void refuse_not(const ParseState& state, const Expr& left, Iterator not_token) {
  const Token& next = not_token[1];
  std::string operand = state.written(left.outer);
  if (operand.size() > 60) operand = "x";
  std::string message = "`not` stands before the whole condition: `not (" + operand + " …)`";
  if (is_word(next, Word::kMatches)) {
    const bool literal = not_token[2].kind == TokenKind::kString;
    message = "`not matches` is written `not (" + operand + " matches " +
              (literal ? std::string(state.of(not_token[2])) : "\"…\"") + ")`";
  } else if (is_word(next, Word::kNull)) {
    message = "write `" + operand + " is not null`";
  } else if (is_symbol(next, Symbol::kEqual) || is_symbol(next, Symbol::kAssign)) {
    message = "inequality is written `!=`";
  }
  throw Mistake{state.span(*not_token), message, not_token->bad};
}

void refuse_dot(const ParseState& state, const Expr& left, Iterator dot) {
  std::string message =
      "there is no field of a field: a name has at most one point (`stage.field`); a path goes to `from "
      "\"…\"` in the stream";
  if (left.kind == Expr::kCall) {
    const std::string function = left.names[0].name;
    const bool of_stage = left.args.size() == 1 && left.args[0]->kind == Expr::kName && is_name(dot[1]);
    message = "a call has no fields";
    if (of_stage)
      message += ": write `" + function + "(" + left.args[0]->names[0].name + "." +
                 std::string(state.of(dot[1])) + ")`";
  }
  throw Mistake{state.span(*dot), message, dot->bad};
}

}  // namespace cep::lang

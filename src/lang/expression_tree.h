// Building expression nodes: spans, heights, and the mistakes that are seen when a node is made.
#pragma once
#include "lang/parse_state.h"

namespace cep::lang {

ast::ExprPtr make_literal(const ParseState& state, const Token& token);
ast::ExprPtr make_name(const ParseState& state, const Token& token);  // kName, or the name of a call to come
ast::ExprPtr make_prefix(const ParseState& state, ast::Expr::Kind kind, const Token& op,
                         ast::ExprPtr operand);
// The left operand becomes the node.
void fold_binary(const ParseState& state, const Token& op, ast::ExprPtr right, ast::ExprPtr* left);

// What follows an operand by a word: in, is, matches, filter.
struct Suffix {
  ast::Expr::Kind kind = ast::Expr::kIn;
  bool negated = false;
  Span op;
  Span end;  // its last token
  std::vector<ast::ExprPtr> operands;
  ast::Ident table;  // kInTable
};
void fold_suffix(Suffix suffix, ast::ExprPtr* left);

void make_member(const ParseState& state, ast::Ident field, ast::ExprPtr* name);
void make_call(const ParseState& state, std::vector<ast::ExprPtr> args, const Token& close,
               ast::ExprPtr* name);
void make_lookup(const ParseState& state, std::vector<ast::ExprPtr> keys, ast::Ident field,
                 ast::ExprPtr* name);
void set_parentheses(const ParseState& state, const Token& open, const Token& close, ast::Expr* inner);

// Mistakes with their ways out.
[[noreturn]] void refuse_chain(const ParseState& state, const Token& op, const ast::Expr& first,
                               const ast::Expr* last);
[[noreturn]] void refuse_assign(const ParseState& state, const Token& assign);
[[noreturn]] void refuse_not(const ParseState& state, const ast::Expr& left, Iterator not_token);
[[noreturn]] void refuse_dot(const ParseState& state, const ast::Expr& left, Iterator dot);

}  // namespace cep::lang

// Expressions, one rule per level of strength, weakest first. The suffixes of a comparison do not chain; each
// refusal names the way out.
#include "lang/expression.h"

#include "lang/expression_tree.h"

namespace cep::lang {
namespace {

using ast::Expr;
using ast::ExprPtr;
using boost::fusion::at_c;
using x3::_attr;
using x3::_pass;
using x3::_val;
using x3::_where;

const x3::rule<struct OrTag, ExprPtr> disjunction = "a condition";
const x3::rule<struct AndTag, ExprPtr> conjunction = "a condition";
const x3::rule<struct NotTag, ExprPtr> negation = "a condition";
const x3::rule<struct ComparisonTag, ExprPtr> comparison = "a comparison";
const x3::rule<struct ProductTag, ExprPtr> product = "a product";
const x3::rule<struct SignedTag, ExprPtr> signed_value = "a value";
const x3::rule<struct ValueTag, ExprPtr> value = "a value";
const x3::rule<struct NamedTag, ExprPtr> named = "a name";
const x3::rule<struct ListTag, std::vector<ExprPtr>> list = "a list";
const x3::rule<struct InTag, Suffix> in_suffix = "in";
const x3::rule<struct SuffixTag, Suffix> suffix = "a comparison";
const x3::rule<struct ArgsTag, std::vector<ExprPtr>> arguments = "arguments";

const auto fold = [](auto& c) {
  fold_binary(state_of(c), at_c<0>(_attr(c)), std::move(at_c<1>(_attr(c))), &_val(c));
};
const auto push = [](auto& c) { _val(c).push_back(std::move(_attr(c))); };
const auto negate = [](auto& c) {
  _val(c) = make_prefix(state_of(c), Expr::kNeg, at_c<0>(_attr(c)), std::move(at_c<1>(_attr(c))));
};
const auto negate_condition = [](auto& c) {
  _val(c) = make_prefix(state_of(c), Expr::kNot, at_c<0>(_attr(c)), std::move(at_c<1>(_attr(c))));
};

const TokenWhere literal{[](const Token& t) {
  const bool word = t.kind == TokenKind::kWord &&
                    (t.word == Word::kTrue || t.word == Word::kFalse || t.word == Word::kNull);
  return word || (t.kind >= TokenKind::kInt && t.kind <= TokenKind::kString);
}};
const TokenWhere name_at{[](const Token& t) { return is_name(t) && !begins_next(t); }};
const TokenWhere compare_at{[](const Token& t) {
  return t.kind == TokenKind::kSymbol && t.symbol >= Symbol::kEqual && t.symbol <= Symbol::kGreaterEqual;
}};
const TokenWhere sum_op_at{
    [](const Token& t) { return is_symbol(t, Symbol::kPlus) || is_symbol(t, Symbol::kMinus); }};
const TokenWhere product_op_at{[](const Token& t) {
  return t.kind == TokenKind::kSymbol && t.symbol >= Symbol::kTimes && t.symbol <= Symbol::kModulo;
}};

auto operand(const char* what) { return must(what, Expected::kOperand); }
auto close_paren() { return must("an operator or `)`", Expected::kClose)[symbol_at(Symbol::kCloseParen)]; }
auto close_list() { return must("`,` or `)`", Expected::kClose)[symbol_at(Symbol::kCloseParen)]; }

const auto disjunction_def = conjunction[set_value] >>
                             *(word_at(Word::kOr) >> operand("a condition after `or`")[conjunction])[fold];
const auto conjunction_def = negation[set_value] >>
                             *(word_at(Word::kAnd) >> operand("a condition after `and`")[negation])[fold];
const auto negation_def =
    (word_at(Word::kNot) >> deeper[operand("a condition after `not`")[negation]])[negate_condition] |
    comparison[set_value];

const auto sum_def = product[set_value] >>
                     *(sum_op_at >> operand("a value after this operator")[product])[fold];
const auto product_def = signed_value[set_value] >>
                         *(product_op_at >> operand("a value after this operator")[signed_value])[fold];
const auto signed_value_def =
    (symbol_at(Symbol::kMinus) >> deeper[operand("a value after `-`")[signed_value]])[negate] |
    value[set_value];

// What follows the left side of a comparison by words.
const auto set_op = [](auto& c) { _val(c).op = state_of(c).span(_attr(c)); };
const auto extend_op = [](auto& c) {
  const Span span = state_of(c).span(_attr(c));
  if (!_val(c).negated) _val(c).op = span;
  _val(c).op.end = _val(c).end.end = span.end;
};
const auto set_negated = [](auto& c) {
  _val(c).negated = true;
  _val(c).op = state_of(c).span(_attr(c));
};
const auto set_kind = [](Expr::Kind kind) { return [kind](auto& c) { _val(c).kind = kind; }; };
const auto set_end = [](auto& c) { _val(c).end = state_of(c).span(_attr(c)); };
const auto set_list = [](auto& c) { _val(c).operands = std::move(_attr(c)); };
const auto set_table = [](auto& c) {
  _val(c).kind = Expr::kInTable;
  _val(c).table = std::move(_attr(c));
  _val(c).end = _val(c).table.span;
};
const auto set_pattern = [](auto& c) {
  _val(c).kind = Expr::kMatches;
  _val(c).end = _attr(c)->outer;
  _val(c).operands.push_back(std::move(_attr(c)));
};
constexpr const char* kNullAfterIs = "`null` after `is` (`is null`, `is not null`; equality is written `==`)";

const auto in_suffix_def =
    -word_at(Word::kNot)[set_negated] >> word_at(Word::kIn)[extend_op] >> x3::eps[set_kind(Expr::kIn)] >>
    ((symbol(Symbol::kOpenParen) >> deeper[operand("a value in the list of `in (…)`")[list][set_list]] >>
      close_list()[set_end]) |
     must("a list `(a, b, …)` or a table after `in`", Expected::kList)[name][set_table]);
const auto suffix_def =
    in_suffix[set_value] |
    (word_at(Word::kIs)[set_op] >> x3::eps[set_kind(Expr::kIsNull)] >>
     -word(Word::kNot)[([](auto& c) { _val(c).negated = true; })] >>
     must(kNullAfterIs)[word_at(Word::kNull)][set_end]) |
    (word_at(Word::kMatches)[set_op] >> operand("a regular expression after `matches`")[sum][set_pattern]);

// Refusals: what stands after a comparison, or after a value, that people write in other languages.
const auto chained = [](auto& c) {
  const ExprPtr& last = at_c<1>(_attr(c));
  refuse_chain(state_of(c), at_c<0>(_attr(c)), *_val(c), last.get());
};
const auto chained_word = [](auto& c) { refuse_chain(state_of(c), _attr(c), *_val(c), nullptr); };
const auto assigned = [](auto& c) { refuse_assign(state_of(c), _attr(c)); };
const auto misplaced_not = [](auto& c) { refuse_not(state_of(c), *_val(c), _where(c).begin() - 1); };
const TokenWhere next_comparison_at{[](const Token& t) {
  const bool by_word = t.kind == TokenKind::kWord && (t.word == Word::kIn || t.word == Word::kIs ||
                                                      t.word == Word::kMatches || t.word == Word::kNot);
  return by_word || compare_at.accepts(t);
}};

const auto comparison_def = sum[set_value] >>
                            -((compare_at >> operand("a value after this comparison")[sum])[fold] |
                              suffix[([](auto& c) { fold_suffix(std::move(_attr(c)), &_val(c)); })] |
                              (word_at(Word::kNot))[misplaced_not]) >>
                            -(symbol_at(Symbol::kAssign)[assigned] | (compare_at >> sum)[chained] |
                              next_comparison_at[chained_word]);

const auto start_name = [](auto& c) { _val(c) = make_name(state_of(c), _attr(c)); };
const auto call = [](auto& c) {
  make_call(state_of(c), std::move(at_c<0>(_attr(c))), at_c<1>(_attr(c)), &_val(c));
};
const auto lookup = [](auto& c) {
  make_lookup(state_of(c), std::move(at_c<0>(_attr(c))), std::move(at_c<1>(_attr(c))), &_val(c));
};
const auto member = [](auto& c) { make_member(state_of(c), std::move(_attr(c)), &_val(c)); };
const auto second_dot = [](auto& c) { refuse_dot(state_of(c), *_val(c), _where(c).begin() - 1); };

const auto list_def = expression[push] >>
                      *(symbol(Symbol::kComma) >> operand("a value after `,`")[expression][push]);
const auto arguments_def =
    -(expression[push] >> *(symbol(Symbol::kComma) >> operand("a value after `,`")[expression][push]));

const auto call_tail = (symbol(Symbol::kOpenParen) >> deeper[arguments] >> close_list())[call];

const x3::rule<struct FilterTag, Suffix> filter_suffix = "filter";
const auto filter_suffix_def = word_at(Word::kFilter)[set_op] >>
                               symbol(Symbol::kOpenParen) >> x3::eps[set_kind(Expr::kFilter)] >>
                               deeper[operand("a condition in `filter (…)`")[expression][([](auto& c) {
                                 _val(c).operands = {std::move(_attr(c))};
                               })]] >>
                               close_paren()[set_end];
const auto filter_tail = filter_suffix[([](auto& c) { fold_suffix(std::move(_attr(c)), &_val(c)); })];

const auto named_def =
    (name_at[start_name] >>
     -((call_tail >> -filter_tail) |
       (symbol(Symbol::kOpenBracket) >> deeper[operand("a key in `table[…]`")[list]] >>
        must("`]`", Expected::kClose)[symbol(Symbol::kCloseBracket)] >>
        must("`.` and a field of the table's row (`table[key].field`)")[symbol(Symbol::kDot)] >>
        must("a field of the table's row", Expected::kName)[name])[lookup] |
       (symbol(Symbol::kDot) >> must("a field's name after `.`", Expected::kName)[name])[member]) >>
     -(x3::omit[symbol_at(Symbol::kDot)][second_dot])) |
    (word_at(Word::kIf)[start_name] >>
     must("`(` after `if`: `if(condition, then, else)`")[&symbol(Symbol::kOpenParen)] >> call_tail);

const auto value_def =
    literal[([](auto& c) { _val(c) = make_literal(state_of(c), _attr(c)); })] | named[set_value] |
    (symbol_at(Symbol::kOpenParen) >> deeper[operand("an expression after `(`")[expression]] >>
     close_paren())[([](auto& c) {
      _val(c) = std::move(at_c<1>(_attr(c)));
      set_parentheses(state_of(c), at_c<0>(_attr(c)), at_c<2>(_attr(c)), _val(c).get());
    })];

const auto expression_def = disjunction;

}  // namespace

BOOST_SPIRIT_DEFINE(disjunction, conjunction, negation, comparison, in_suffix, suffix)
BOOST_SPIRIT_DEFINE(product, signed_value, value, named, list, arguments, filter_suffix)

BOOST_SPIRIT_DEFINE(sum, expression)
BOOST_SPIRIT_INSTANTIATE(ExprRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(SumRule, Iterator, Context)

}  // namespace cep::lang

#include "lang/clause_grammar.h"

#include "lang/message.h"

namespace cep::lang {
namespace {

using boost::fusion::at_c;
using x3::_attr;
using x3::_val;

const x3::rule<struct ColumnTag, ast::NamedExpr> column = "NAME = EXPR";

const auto push = [](auto& c) { _val(c).push_back(std::move(_attr(c))); };

const auto keys_def =
    (symbol(Symbol::kOpenParen) >> must_name("a field in the keys `(…)`")[name][push] >>
     *(symbol(Symbol::kComma) >> must_name("a field after `,`")[name][push]) >>
     must("`,` or `)` after a field of the keys", Expected::kClose)[symbol(Symbol::kCloseParen)]) |
    must_name("a field (or fields in parentheses) after `by`")[name][push];

const auto column_def =
    must_name(
        "a name in `select NAME = EXPR`")[name][([](auto& c) { _val(c).name = std::move(_attr(c)); })] >>
    must("`=` after this column's name", Expected::kColumn)[symbol(Symbol::kAssign)] >>
    must("a value after `=`",
         Expected::kOperand)[expression][([](auto& c) { _val(c).expr = std::move(_attr(c)); })];

const auto select_list_def = column[push] >> *(symbol(Symbol::kComma) >> column[push]);

const auto unique_def =
    word_at(Word::kUnique)[([](auto& c) { _val(c).span = state_of(c).span(_attr(c)); })] >>
    must("`by` after `unique`")[word(Word::kBy)] >>
    keys[([](auto& c) { _val(c).keys = std::move(_attr(c)); })] >>
    must("`within` after the keys of `unique`")[word(Word::kWithin)] >>
    must_duration("a duration after `within`")[([](auto& c) { _val(c).within = std::move(_attr(c)); })];

const auto set_message = [](auto& c) {
  _val(c).has_message = true;
  _val(c).message = parse_message(state_of(c), _attr(c));
};
const auto set_throttle_by = [](auto& c) {
  _val(c).has_throttle_by = true;
  _val(c).throttle_by = std::move(_attr(c));
};

const auto alert_def =
    word_at(Word::kAlert)[([](auto& c) { _val(c).span = state_of(c).span(_attr(c)); })] >>
    must("a level after `alert`: info, low, medium, high or critical",
         Expected::kName)[name][([](auto& c) { _val(c).level = std::move(_attr(c)); })] >>
    -string_at[set_message] >>
    -(word_at(Word::kAt)[([](auto& c) { _val(c).throttle_span = state_of(c).span(_attr(c)); })] >>
      must("`most` in `at most once per`")[word(Word::kMost)] >>
      must("`once` in `at most once per`")[word(Word::kOnce)] >>
      must("`per` in `at most once per`")[word(Word::kPer)] >>
      must_duration(
          "a duration after `at most once per`")[([](auto& c) { _val(c).throttle = std::move(_attr(c)); })] >>
      -(word(Word::kBy) >> keys[set_throttle_by]));

}  // namespace

BOOST_SPIRIT_DEFINE(column, keys, select_list, unique, alert)
BOOST_SPIRIT_INSTANTIATE(KeysRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(SelectRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(UniqueRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(AlertRule, Iterator, Context)

}  // namespace cep::lang

// Windows and joins: a head with the sources, then clauses in any order. Repeats and alternatives are kept as
// written; the rules refuse what makes no sense. What only a window can have is not read in a join.
#include "lang/window_grammar.h"

#include "lang/body_words.h"

namespace cep::lang {
namespace {

using ast::WindowClause;
using x3::_attr;
using x3::_val;

const x3::rule<struct OneSourceTag, ast::SourceRef> source = "a source";
const x3::rule<struct JoinSourceTag, ast::JoinSource> join_source = "a source with its keys";
const x3::rule<struct AssignerTag, WindowClause> assigner = "a kind of window";
const x3::rule<struct CommonTag, WindowClause> common = "where, select or alert";
const x3::rule<struct WindowClauseTag, WindowClause> window_clause = "a clause of a window";
const x3::rule<struct JoinClauseTag, WindowClause> join_clause = "a clause of a join";

const auto set_name = [](auto& c) { _val(c).name = std::move(_attr(c)); };
const auto set_span = [](auto& c) { _val(c).span = state_of(c).span(_attr(c)); };

// Clauses. Each first sets its kind, by its word.
const auto begin_clause = [](WindowClause::Kind kind) {
  return [kind](auto& c) {
    _val(c).kind = kind;
    _val(c).span = state_of(c).span(_attr(c));
  };
};
const auto set_kind = [](WindowClause::Kind kind) { return [kind](auto& c) { _val(c).kind = kind; }; };
const auto set_size = [](auto& c) { _val(c).size = std::move(_attr(c)); };
const auto set_every = [](auto& c) { _val(c).every = std::move(_attr(c)); };
const auto set_offset = [](auto& c) { _val(c).offset = std::move(_attr(c)); };
const auto set_expr = [](auto& c) { _val(c).expr = std::move(_attr(c)); };

const auto offset = word(Word::kOffset) >> must_duration("a duration after `offset`")[set_offset];

const auto assigner_def =
    (word_at(Word::kTumbling)[begin_clause(WindowClause::kTumbling)] >>
     must_duration("a duration after `tumbling`")[set_size] >> -offset) |
    (word_at(Word::kSliding)[begin_clause(WindowClause::kSliding)] >>
     must_duration("a duration after `sliding`")[set_size] >>
     must("`every DURATION` after the size of `sliding`")[word(Word::kEvery)] >>
     must_duration("a duration after `every`")[set_every] >> -offset) |
    (word_at(Word::kSession)[begin_clause(WindowClause::kSession)] >>
     must_duration("a duration (the gap that ends it) after `session`")[set_size]);

const auto common_def =
    (word_at(Word::kWhere)[begin_clause(WindowClause::kWhere)] >>
     must("a condition after `where`", Expected::kOperand)[expression][set_expr]) |
    (word_at(Word::kSelect)[begin_clause(WindowClause::kSelect)] >>
     select_list[([](auto& c) { _val(c).select = std::move(_attr(c)); })]) |
    alert[([](auto& c) {
      _val(c).kind = WindowClause::kAlert;
      _val(c).span = _attr(c).span;
      _val(c).alert = std::move(_attr(c));
    })];

const auto early =
    word_at(Word::kEarly)[begin_clause(WindowClause::kEarlyEvery)] >>
    must("`every DURATION` or `count N` after `early`",
         Expected::kEarly)[(word(Word::kEvery) >> must_duration("a duration after `every`")[set_size] >>
                            -word(Word::kProcessing)[([](auto& c) { _val(c).processing = true; })]) |
                           (word(Word::kCount)[set_kind(WindowClause::kEarlyCount)] >>
                            must_duration("a number after `count`")[set_size])];

const auto window_clause_def =
    assigner[set_value] |
    (word_at(Word::kRolling)[begin_clause(WindowClause::kRolling)] >>
     must_duration("a duration after `rolling`")[set_size]) |
    (word_at(Word::kCount)[begin_clause(WindowClause::kCount)] >>
     must_duration("a number after `count`")[set_size] >>
     -(word(Word::kEvery) >> must_duration("a number after `every`")[set_every])) |
    word_at(Word::kGlobal)[begin_clause(WindowClause::kGlobal)] | common[set_value] |
    (word_at(Word::kLateness)[begin_clause(WindowClause::kLateness)] >>
     must_duration("a duration after `lateness`")[set_size]) |
    early | word_at(Word::kAccumulating)[begin_clause(WindowClause::kAccumulating)] |
    word_at(Word::kDiscarding)[begin_clause(WindowClause::kDiscarding)] |
    word_at(Word::kRetracting)[begin_clause(WindowClause::kRetracting)] |
    (word_at(Word::kLimit)[begin_clause(WindowClause::kLimitKeys)] >>
     must("`keys` after `limit`")[word(Word::kKeys)] >>
     must_duration("a duration after `limit keys`")[set_size]) |
    (word_at(Word::kHaving)[begin_clause(WindowClause::kHaving)] >>
     -word(Word::kEach)[([](auto& c) { _val(c).each = true; })] >>
     must("a condition after `having`", Expected::kOperand)[expression][set_expr]);

const auto join_clause_def =
    (word_at(Word::kBetween)[begin_clause(WindowClause::kBetween)] >>
     must_duration("the lower bound after `between` (`between -5m and 10m`)")[(
         [](auto& c) { _val(c).lower = std::move(_attr(c)); })] >>
     must("`and` after the lower bound (`between -5m and 10m`)")[word(Word::kAnd)] >>
     must_duration("the upper bound after `and`")[([](auto& c) { _val(c).upper = std::move(_attr(c)); })]) |
    assigner[set_value] | common[set_value];

// Heads.
const auto set_source_keys = [](auto& c) {
  _val(c).has_by = true;
  _val(c).keys = std::move(_attr(c));
};
const auto source_def =
    must_name("a stream's name")[name][set_name] >> -(word(Word::kBy) >> keys[set_source_keys]);

const TokenWhere alias_at{[](const Token& t) { return is_name(t) && !is_word(t, Word::kBy); }};
const auto set_alias = [](auto& c) {
  _val(c).has_alias = true;
  _val(c).alias = make_ident(state_of(c), _attr(c));
};
const auto join_source_def = must_name("a stream's name")[name][set_name] >> -alias_at[set_alias] >>
                             must("`by KEYS` after this source of the join",
                                  Expected::kJoinKeys)[word(Word::kBy)] >>
                             keys[([](auto& c) { _val(c).keys = std::move(_attr(c)); })];

const auto push_clause = [](auto& c) { _val(c).clauses.push_back(std::move(_attr(c))); };
const auto open_body = [](const char* what) {
  return must(what, Expected::kWindowHead)[symbol(Symbol::kOpenBrace)];
};

const auto window_def =
    word_at(Word::kWindow)[set_span] >> must_name("the window's name after `window`")[name][set_name] >>
    must("`on SOURCE` after the window's name")[word(Word::kOn)] >>
    source[([](auto& c) { _val(c).source = std::move(_attr(c)); })] >>
    open_body("`{` before the body of the window") >> *window_clause[push_clause] >>
    must("a clause of the window or `}`", Expected::kWindowBody)[symbol(Symbol::kCloseBrace)];

const auto set_left = [](auto& c) {
  _val(c).left = true;
  _val(c).left_span = state_of(c).span(_attr(c));
};
const auto join_def =
    -word_at(Word::kLeft)[set_left] >> word_at(Word::kJoin)[set_span] >>
    must_name("the join's name after `join`")[name][set_name] >>
    must("`on A by KEYS, B by KEYS` after the join's name")[word(Word::kOn)] >>
    join_source[([](auto& c) { _val(c).a = std::move(_attr(c)); })] >>
    must("`,` and the second source of the join", Expected::kSecondSource)[symbol(Symbol::kComma)] >>
    join_source[([](auto& c) { _val(c).b = std::move(_attr(c)); })] >>
    open_body("`{` before the body of the join") >> *join_clause[push_clause] >>
    must("a clause of the join or `}`", Expected::kJoinBody)[symbol(Symbol::kCloseBrace)];

}  // namespace

BOOST_SPIRIT_DEFINE(source, join_source, assigner, common, window_clause, join_clause, window, join)
BOOST_SPIRIT_INSTANTIATE(WindowRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(JoinRule, Iterator, Context)

}  // namespace cep::lang

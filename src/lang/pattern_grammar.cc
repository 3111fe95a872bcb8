// Patterns: stages with their modifiers, then clauses. Order and repeats are kept as written; the rules
// refuse what makes no sense.
#include "lang/pattern_grammar.h"

#include "lang/body_words.h"
#include "lang/expression_tree.h"

namespace cep::lang {
namespace {

using ast::Clause;
using ast::Modifier;
using ast::Stage;
using boost::fusion::at_c;
using x3::_attr;
using x3::_val;

const x3::rule<struct SourceTag, ast::SourceRef> source = "a source";
const x3::rule<struct StageTag, Stage> stage = "a stage";
const x3::rule<struct ModifierTag, Modifier> modifier = "a modifier";
const x3::rule<struct BoundTag, ast::ExprPtr> bound = "a number";
const x3::rule<struct ClauseTag, Clause> clause = "a clause";
const x3::rule<struct SkipTag, Clause> skip = "a skip strategy";
const x3::rule<struct TimeoutTag, Clause> timeout_clause = "select or alert";

const auto set_name = [](auto& c) { _val(c).name = std::move(_attr(c)); };
const auto set_span = [](auto& c) { _val(c).span = state_of(c).span(_attr(c)); };
const auto set_expr = [](auto& c) { _val(c).expr = std::move(_attr(c)); };

const TokenWhere contiguity_at{[](const Token& t) { return is_contiguity(t); }};
const TokenWhere bare_modifier_at{[](const Token& t) {
  return t.kind == TokenKind::kWord &&
         (t.word == Word::kOneOrMore || t.word == Word::kOptional || t.word == Word::kGreedy ||
          t.word == Word::kConsecutive || t.word == Word::kAllowCombinations);
}};
const TokenWhere int_at{[](const Token& t) { return t.kind == TokenKind::kInt; }};
// A name of `let` for `times`; a word of the body means that the number is missing.
const TokenWhere bound_name_at{
    [](const Token& t) { return is_name(t) && !(t.kind == TokenKind::kWord && is_body_word(t.word)); }};

Modifier::Kind modifier_kind(Word word) {
  switch (word) {
    case Word::kWhere:
      return Modifier::kWhere;
    case Word::kUntil:
      return Modifier::kUntil;
    case Word::kTimes:
      return Modifier::kTimes;
    case Word::kOneOrMore:
      return Modifier::kOneOrMore;
    case Word::kOptional:
      return Modifier::kOptional;
    case Word::kGreedy:
      return Modifier::kGreedy;
    case Word::kConsecutive:
      return Modifier::kConsecutive;
    case Word::kAllowCombinations:
      return Modifier::kAllowCombinations;
    default:
      return Modifier::kEvery;
  }
}
const auto begin_modifier = [](auto& c) {
  _val(c).kind = modifier_kind(_attr(c).word);
  _val(c).span = state_of(c).span(_attr(c));
};

const auto bound_def =
    int_at[([](auto& c) { _val(c) = make_literal(state_of(c), _attr(c)); })] |
    bound_name_at[([](auto& c) { _val(c) = make_name(state_of(c), _attr(c)); })] |
    (symbol_at(Symbol::kOpenParen) >> deeper[must("a number in parentheses", Expected::kOperand)[sum]] >>
     must("`)`", Expected::kClose)[symbol_at(Symbol::kCloseParen)])[([](auto& c) {
      _val(c) = std::move(at_c<1>(_attr(c)));
      set_parentheses(state_of(c), at_c<0>(_attr(c)), at_c<2>(_attr(c)), _val(c).get());
    })];

auto must_bound(const char* what) { return must(what, Expected::kTimes)[bound]; }

const auto modifier_def =
    (word_at(Word::kWhere)[begin_modifier] >>
     must("a condition after `where`", Expected::kOperand)[expression][set_expr]) |
    (word_at(Word::kUntil)[begin_modifier] >>
     must("a condition after `until`", Expected::kOperand)[expression][set_expr]) |
    (word_at(Word::kTimes)[begin_modifier] >>
     must_bound("a number after `times` (`times 3`, `times 2..5`, `times 2+`)")[(
         [](auto& c) { _val(c).min = std::move(_attr(c)); })] >>
     -(symbol(Symbol::kPlus)[([](auto& c) { _val(c).open = true; })] |
       (symbol(Symbol::kDotDot) >> must_bound("a number after `..` (without an upper end: `times 2+`)")[(
                                       [](auto& c) { _val(c).max = std::move(_attr(c)); })]))) |
    (word_at(Word::kEvery)[begin_modifier] >> must_duration("a duration after `every`")[set_expr]) |
    bare_modifier_at[begin_modifier];

const auto set_source = [](auto& c) {
  _val(c).has_source = true;
  _val(c).source = std::move(_attr(c));
};
const auto push_modifier = [](auto& c) { _val(c).modifiers.push_back(std::move(_attr(c))); };
const auto push_inner = [](auto& c) { _val(c).group.push_back(std::move(_attr(c))); };
const auto begin_group = [](auto& c) {
  _val(c).is_group = true;
  _val(c).group_span = state_of(c).span(_attr(c));
};

const auto stage_def =
    contiguity_at[([](auto& c) { _val(c).contiguity = make_ident(state_of(c), _attr(c)); })] >>
    ((symbol_at(Symbol::kOpenBrace)[begin_group] >>
      deeper[must("a stage in this group, `begin NAME …`", Expected::kFirstStage)[stage][push_inner] >>
             *stage[push_inner] >>
             must("a modifier, the next stage or `}`", Expected::kGroupBody)[symbol(Symbol::kCloseBrace)]]) |
     (must_name("the stage's name, or `{` of a group")[name][set_name] >>
      -(symbol(Symbol::kColon) >> must_name("a source after `:`")[name][set_source]))) >>
    *modifier[push_modifier];

const auto set_keys = [](auto& c) {
  _val(c).has_by = true;
  _val(c).keys = std::move(_attr(c));
};
const auto source_def = must_name("a stream's name")[name][set_name] >> -(word(Word::kBy) >> keys[set_keys]);

// Clauses. Each first sets its kind, by its word.
const auto begin_clause = [](Clause::Kind kind) {
  return [kind](auto& c) {
    _val(c).kind = kind;
    _val(c).span = state_of(c).span(_attr(c));
  };
};
const auto set_text = [](auto& c) { _val(c).text = string_value(state_of(c), _attr(c)); };
const auto push_tag = [](auto& c) {
  const Token& token = _attr(c);
  ast::Ident tag = make_ident(state_of(c), token);
  if (token.kind == TokenKind::kString) tag.name = string_value(state_of(c), token);
  tag.quoted = tag.quoted || token.kind == TokenKind::kString;
  _val(c).tags.push_back(std::move(tag));
};
const TokenWhere tag_at{[](const Token& t) {
  return t.kind == TokenKind::kString || t.kind == TokenKind::kWord || t.kind == TokenKind::kQuoted;
}};
const auto set_skip = [](const char* kind) { return [kind](auto& c) { _val(c).skip = kind; }; };
const auto set_target = [](auto& c) { _val(c).skip_target = std::move(_attr(c)); };
constexpr const char* kSkips =
    "`no skip`, `skip to next event`, `skip past last event`, `skip to first NAME` or `skip to last NAME`";

const auto stage_name = must_name("a stage's name")[name][set_target];
const auto event_word = must("`event`")[word(Word::kEvent)];
const auto skip_def =
    (word(Word::kNo) >> must("`skip` after `no`")[word(Word::kSkip)])[set_skip("none")] |
    (word(Word::kSkip) >>
     must("`to` or `past` after `skip`",
          Expected::kSkip)[(word(Word::kPast)[set_skip("past")] >>
                            must("`last event` after `skip past`")[word(Word::kLast)] >> event_word) |
                           (word(Word::kTo) >>
                            must("`next event`, `first NAME` or `last NAME` after `skip to`",
                                 Expected::kSkip)[(word(Word::kNext)[set_skip("next")] >> event_word) |
                                                  (word(Word::kFirst)[set_skip("first")] >> stage_name) |
                                                  (word(Word::kLast)[set_skip("last")] >> stage_name)])]);

const auto select_clause = word_at(Word::kSelect)[begin_clause(Clause::kSelect)] >>
                           select_list[([](auto& c) { _val(c).select = std::move(_attr(c)); })];
const auto alert_clause = alert[([](auto& c) {
  _val(c).kind = Clause::kAlert;
  _val(c).span = _attr(c).span;
  _val(c).alert = std::move(_attr(c));
})];

const auto timeout_clause_def = select_clause | alert_clause;

const auto merge_skip = [](auto& c) {
  _val(c).skip = _attr(c).skip;
  _val(c).skip_target = std::move(_attr(c).skip_target);
};

const auto clause_def =
    (word_at(Word::kDescription)[begin_clause(Clause::kDescription)] >>
     must("a text between quotes after `description`")[string_at][set_text]) |
    (word_at(Word::kTags)[begin_clause(Clause::kTags)] >> must("a tag after `tags`")[tag_at][push_tag] >>
     *(symbol(Symbol::kComma) >> must("a tag after `,`")[tag_at][push_tag])) |
    (word_at(Word::kWithin)[begin_clause(Clause::kWithin)] >>
     must_duration("a duration after `within`")[([](auto& c) { _val(c).duration = std::move(_attr(c)); })] >>
     -(word(Word::kBetween)[([](auto& c) { _val(c).kind = Clause::kWithinBetween; })] >>
       must("`events` after `between`")[word(Word::kEvents)])) |
    (word_at(Word::kAfter)[begin_clause(Clause::kSkip)] >>
     must("`match` after `after`")[word(Word::kMatch)] >> must(kSkips, Expected::kSkip)[skip][merge_skip]) |
    select_clause | alert_clause |
    (word_at(Word::kOn)[begin_clause(Clause::kOnTimeout)] >>
     must("`timeout` after `on`")[word(Word::kTimeout)] >>
     must("`{` after `on timeout`")[symbol(Symbol::kOpenBrace)] >>
     *timeout_clause[([](auto& c) { _val(c).timeout.push_back(std::move(_attr(c))); })] >>
     must("`select`, `alert` or `}`", Expected::kTimeoutBody)[symbol(Symbol::kCloseBrace)]);

const auto push_source = [](auto& c) { _val(c).sources.push_back(std::move(_attr(c))); };
const auto push_stage = [](auto& c) { _val(c).stages.push_back(std::move(_attr(c))); };
const auto push_clause = [](auto& c) { _val(c).clauses.push_back(std::move(_attr(c))); };

const auto pattern_def =
    word_at(Word::kPattern)[set_span] >> must_name("the pattern's name after `pattern`")[name][set_name] >>
    must("`on SOURCE` after the pattern's name")[word(Word::kOn)] >> source[push_source] >>
    *(symbol(Symbol::kComma) >> source[push_source]) >>
    must("`{` before the stages of the pattern", Expected::kOpenBody)[symbol(Symbol::kOpenBrace)] >>
    must("a stage, `begin NAME …`", Expected::kFirstStage)[stage][push_stage] >> *stage[push_stage] >>
    *clause[push_clause] >>
    must("a modifier, a clause, the next stage or `}`", Expected::kPatternBody)[symbol(Symbol::kCloseBrace)];

}  // namespace

BOOST_SPIRIT_DEFINE(source, stage, modifier, bound, clause, skip, timeout_clause, pattern)
BOOST_SPIRIT_INSTANTIATE(PatternRule, Iterator, Context)

}  // namespace cep::lang

// Streams, derived streams, tables, `let`; and every declaration.
#include "lang/declaration_grammar.h"

#include "lang/expression_tree.h"
#include "lang/window_grammar.h"

namespace cep::lang {
namespace {

using ast::Declaration;
using ast::FieldAttribute;
using ast::StreamOption;
using x3::_attr;
using x3::_val;

const x3::rule<struct FieldHeadTag, ast::FieldDecl> field_head = "a name and a type";
const x3::rule<struct FieldTag, ast::FieldDecl> field = "a field";
const x3::rule<struct AttributeTag, FieldAttribute> attribute = "an attribute of a field";
const x3::rule<struct DefaultTag, ast::ExprPtr> default_value = "a literal";
const x3::rule<struct OptionTag, StreamOption> option = "an option of a stream";
const x3::rule<struct StreamTag, ast::StreamDecl> stream = "a stream";
const x3::rule<struct DerivedTag, ast::DerivedDecl> derived = "a derived stream";
const x3::rule<struct LetTag, ast::LetDecl> let = "let";
const x3::rule<struct TableTag, ast::TableDecl> table = "a table";

const auto set_name = [](auto& c) { _val(c).name = std::move(_attr(c)); };
const auto set_expr = [](auto& c) { _val(c).expr = std::move(_attr(c)); };

// Fields.
const auto set_format_word = [](auto& c) {
  _val(c).has_format = true;
  _val(c).format = _attr(c).name;
  _val(c).format_span = _attr(c).span;
};
const auto set_format_text = [](auto& c) {
  _val(c).has_format = _val(c).format_is_text = true;
  _val(c).format = string_value(state_of(c), _attr(c));
  _val(c).format_span = state_of(c).span(_attr(c));
};
const auto begin_attribute = [](FieldAttribute::Kind kind) {
  return [kind](auto& c) {
    _val(c).kind = kind;
    _val(c).span = state_of(c).span(_attr(c));
  };
};
const auto set_path = [](auto& c) {
  _val(c).from = {string_value(state_of(c), _attr(c)), state_of(c).span(_attr(c))};
};

const TokenWhere literal_at{[](const Token& t) {
  const bool word = t.kind == TokenKind::kWord &&
                    (t.word == Word::kTrue || t.word == Word::kFalse || t.word == Word::kNull);
  return word || (t.kind >= TokenKind::kInt && t.kind <= TokenKind::kString);
}};
const auto make_default = [](auto& c) { _val(c) = make_literal(state_of(c), _attr(c)); };
const auto make_negative = [](auto& c) {
  const Token& minus = boost::fusion::at_c<0>(_attr(c));
  _val(c) = make_prefix(state_of(c), ast::Expr::kNeg, minus,
                        make_literal(state_of(c), boost::fusion::at_c<1>(_attr(c))));
};
const auto default_value_def =
    literal_at[make_default] |
    (symbol_at(Symbol::kMinus) >> must("a number after `-`")[literal_at])[make_negative];

const auto attribute_def =
    (word_at(Word::kFrom)[begin_attribute(FieldAttribute::kFrom)] >>
     must("a path between quotes after `from`", Expected::kText)[string_at][set_path]) |
    word_at(Word::kRequired)[begin_attribute(FieldAttribute::kRequired)] |
    (word_at(Word::kDefault)[begin_attribute(FieldAttribute::kDefault)] >>
     must("a literal after `default`",
          Expected::kText)[default_value][([](auto& c) { _val(c).value = std::move(_attr(c)); })]);

const auto push_attribute = [](auto& c) { _val(c).attributes.push_back(std::move(_attr(c))); };
const auto field_head_def = must_name("a field's name")[name][set_name] >>
                       must("the field's type (string, int, double, bool, timestamp)",
                            Expected::kType)[name][([](auto& c) { _val(c).type = std::move(_attr(c)); })] >>
                       -(symbol(Symbol::kOpenParen) >>
                         must("`s`, `us`, `ns` or a format between quotes",
                              Expected::kText)[string_at[set_format_text] | name[set_format_word]] >>
                         must("`)`", Expected::kClose)[symbol(Symbol::kCloseParen)]);
const auto field_def = field_head[set_value] >> *attribute[push_attribute];

// Options.
const auto begin_option = [](StreamOption::Kind kind) {
  return [kind](auto& c) {
    _val(c).kind = kind;
    _val(c).span = state_of(c).span(_attr(c));
  };
};
const auto max_lag =
    must("`lag` after `max`")[word(Word::kLag)] >>
    must_duration("a duration after `max lag`")[([](auto& c) { _val(c).max_lag = std::move(_attr(c)); })];
const auto set_by = [](auto& c) {
  _val(c).has_by = true;
  _val(c).by = std::move(_attr(c));
};

const auto watermark =
    word_at(Word::kWatermark)[begin_option(StreamOption::kWatermark)] >>
    (word(Word::kAscending)[([](auto& c) { _val(c).ascending = true; })] |
     (word(Word::kPunctuated)[([](auto& c) { _val(c).punctuated = true; })] >>
      must("a condition after `punctuated`", Expected::kOperand)[expression][set_expr]) |
     (must_duration("a duration, `ascending` or `punctuated` after `watermark`")[set_expr] >>
      -(word(Word::kBy) >> must_name("a field after `by`")[name][set_by] >>
        must("`max lag DURATION` after the field of `by`")[word(Word::kMax)] >> max_lag)));

const auto option_def =
    (word_at(Word::kTime)[begin_option(StreamOption::kTime)] >>
     must_name("a field after `time`")[name][([](auto& c) { _val(c).field = std::move(_attr(c)); })]) |
    watermark | (word_at(Word::kOwn)[begin_option(StreamOption::kOwn)] >> -(word(Word::kMax) >> max_lag)) |
    (word_at(Word::kIdle)[begin_option(StreamOption::kIdle)] >>
     must_duration("a duration after `idle`")[set_expr] >>
     must("`advance` after the duration of `idle`")[word(Word::kAdvance)]) |
    (word_at(Word::kAhead)[begin_option(StreamOption::kAhead)] >>
     must_duration("a duration after `ahead`")[set_expr]) |
    (word_at(Word::kWhen)[begin_option(StreamOption::kWhen)] >>
     must("a condition after `when`", Expected::kOperand)[expression][set_expr]) |
    (word_at(Word::kKeep)[begin_option(StreamOption::kKeepRaw)] >>
     must("`raw` after `keep`")[word(Word::kRaw)]) |
    unique[([](auto& c) {
      _val(c).kind = StreamOption::kUnique;
      _val(c).span = _attr(c).span;
      _val(c).unique = std::move(_attr(c));
    })];

// Declarations. The word and the name come first and decide.
const auto stream_word = x3::omit[word(Word::kStream)] >>
                         must_name("the stream's name after `stream`")[name][set_name];
const auto push_field = [](auto& c) { _val(c).fields.push_back(std::move(_attr(c))); };
const auto push_option = [](auto& c) { _val(c).options.push_back(std::move(_attr(c))); };
const auto stream_def = stream_word >> symbol(Symbol::kOpenParen) >> field[push_field] >>
                        *(symbol(Symbol::kComma) >> field[push_field]) >>
                        must("`,`, an attribute or `)` after this field",
                             Expected::kFields)[symbol(Symbol::kCloseParen)] >>
                        *option[push_option];

const auto push_source = [](auto& c) {
  _val(c).span = {_val(c).name.span.file, _val(c).name.span.begin, _attr(c).span.end};
  _val(c).sources.push_back(std::move(_attr(c)));
};
const auto set_alias = [](auto& c) {
  _val(c).has_alias = true;
  _val(c).alias = std::move(_attr(c));
};
const auto set_select = [](auto& c) {
  _val(c).has_select = true;
  _val(c).select = std::move(_attr(c));
};
const auto set_unique = [](auto& c) {
  _val(c).has_unique = true;
  _val(c).unique = std::move(_attr(c));
};
const auto derived_def =
    stream_word >>
    must("`(` and fields, or `=` and sources, after the stream's name")[symbol(Symbol::kAssign)] >>
    must_name("a source after `=`")[name][push_source] >>
    *(symbol(Symbol::kComma) >> must_name("a source after `,`")[name][push_source]) >>
    -(word(Word::kAs) >> must_name("a name after `as`")[name][set_alias]) >>
    -(word(Word::kWhere) >>
      must("a condition after `where`",
           Expected::kOperand)[expression][([](auto& c) { _val(c).where = std::move(_attr(c)); })]) >>
    -(word(Word::kSelect) >> select_list[set_select]) >> -unique[set_unique];

const auto let_def =
    word(Word::kLet) >> must_name("a name after `let`")[name][set_name] >>
    must("`=` after the name")[symbol(Symbol::kAssign)] >>
    must("a constant after `=`",
         Expected::kOperand)[expression][([](auto& c) { _val(c).value = std::move(_attr(c)); })];

const auto set_file = [](auto& c) {
  _val(c).from_file = true;
  _val(c).file = {string_value(state_of(c), _attr(c)), state_of(c).span(_attr(c))};
};
const auto set_stream = [](auto& c) {
  _val(c).from_stream = true;
  _val(c).stream = std::move(_attr(c));
};
const auto table_def =
    word_at(Word::kTable)[([](auto& c) { _val(c).span = state_of(c).span(_attr(c)); })] >>
    must_name("the table's name after `table`")[name][set_name] >>
    must("`(` and the fields of the table")[symbol(Symbol::kOpenParen)] >> field_head[push_field] >>
    *(symbol(Symbol::kComma) >> field_head[push_field]) >>
    must("`,` or `)` after this field", Expected::kTableFields)[symbol(Symbol::kCloseParen)] >>
    must("`key` and the key's fields after the fields of the table")[word(Word::kKey)] >>
    keys[([](auto& c) { _val(c).key = std::move(_attr(c)); })] >>
    -(word(Word::kFrom) >>
      must("a file's name between quotes, or `stream NAME`, after `from`", Expected::kText)
          [string_at[set_file] |
           (word(Word::kStream) >> must_name("a stream's name after `from stream`")[name][set_stream])]);

const auto take = [](Declaration::Kind kind, auto member) {
  return [kind, member](auto& c) {
    _val(c).kind = kind;
    _val(c).*member = std::move(_attr(c));
  };
};
const auto is_stream = x3::omit[word(Word::kStream) >> name >> symbol(Symbol::kOpenParen)];
const auto declaration_def =
    (&is_stream >> stream[take(Declaration::kStream, &Declaration::stream)]) |
    (&word(Word::kStream) >> derived[take(Declaration::kDerived, &Declaration::derived)]) |
    pattern[take(Declaration::kPattern, &Declaration::pattern)] |
    let[take(Declaration::kLet, &Declaration::let)] | table[take(Declaration::kTable, &Declaration::table)] |
    window[take(Declaration::kWindow, &Declaration::window)] |
    join[take(Declaration::kJoin, &Declaration::join)];

}  // namespace

BOOST_SPIRIT_DEFINE(field_head, field, attribute, default_value, option, stream, derived, let, table,
                    declaration)
BOOST_SPIRIT_INSTANTIATE(DeclarationRule, Iterator, Context)

}  // namespace cep::lang

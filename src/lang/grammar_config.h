// The frame of the X3 grammars: one iterator, one context, and parsers of single tokens. Only the grammars'
// .cc files include this.
#pragma once
#include <boost/fusion/include/at_c.hpp>
#include <boost/spirit/home/x3.hpp>

#include "lang/lexer.h"
#include "lang/parse_state.h"
#include "lang/parser.h"
#include "lang/syntax_error.h"

namespace cep::lang {

namespace x3 = boost::spirit::x3;

struct StateTag;
using Context = x3::context<StateTag, ParseState>;

template <typename C>
ParseState& state_of(const C& context) {
  return x3::get<StateTag>(context);
}

// Parses one token for which `Derived::accepts` holds. With an attribute: the token.
template <typename Derived>
struct TokenParser : x3::parser<Derived> {
  using attribute_type = Token;
  static constexpr bool has_attribute = true;
  template <typename C, typename R, typename Attribute>
  bool parse(Iterator& first, const Iterator&, const C&, R&, Attribute& attribute) const {
    if (!this->derived().accepts(*first)) return false;
    x3::traits::move_to(Token(*first), attribute);
    ++first;
    return true;
  }
};

template <typename Derived>
struct SilentTokenParser : x3::parser<Derived> {
  using attribute_type = x3::unused_type;
  static constexpr bool has_attribute = false;
  template <typename C, typename R, typename Attribute>
  bool parse(Iterator& first, const Iterator&, const C&, R&, Attribute&) const {
    if (!this->derived().accepts(*first)) return false;
    ++first;
    return true;
  }
};

struct WordAt : TokenParser<WordAt> {
  explicit constexpr WordAt(Word w) : word(w) {}
  bool accepts(const Token& t) const { return is_word(t, word); }
  Word word;
};
struct SymbolAt : TokenParser<SymbolAt> {
  explicit constexpr SymbolAt(Symbol s) : symbol(s) {}
  bool accepts(const Token& t) const { return is_symbol(t, symbol); }
  Symbol symbol;
};
struct WordOnly : SilentTokenParser<WordOnly> {
  explicit constexpr WordOnly(Word w) : word(w) {}
  bool accepts(const Token& t) const { return is_word(t, word); }
  Word word;
};
struct SymbolOnly : SilentTokenParser<SymbolOnly> {
  explicit constexpr SymbolOnly(Symbol s) : symbol(s) {}
  bool accepts(const Token& t) const { return is_symbol(t, symbol); }
  Symbol symbol;
};
// One token of those that a function accepts.
struct TokenWhere : TokenParser<TokenWhere> {
  explicit constexpr TokenWhere(bool (*f)(const Token&)) : holds(f) {}
  bool accepts(const Token& t) const { return holds(t); }
  bool (*holds)(const Token&);
};

inline WordAt word_at(Word w) { return WordAt(w); }  // the token is the attribute
inline SymbolAt symbol_at(Symbol s) { return SymbolAt(s); }
inline WordOnly word(Word w) { return WordOnly(w); }  // no attribute
inline SymbolOnly symbol(Symbol s) { return SymbolOnly(s); }

// A name is missing before the next declaration, whose first word could be one.
inline bool begins_next(const Token& t) { return t.first_on_line && begins_declaration(&t); }

struct NameParser : x3::parser<NameParser> {
  using attribute_type = ast::Ident;
  static constexpr bool has_attribute = true;
  template <typename C, typename R, typename Attribute>
  bool parse(Iterator& first, const Iterator&, const C& context, R&, Attribute& attribute) const {
    if (!is_name(*first) || begins_next(*first)) return false;
    x3::traits::move_to(make_ident(state_of(context), *first), attribute);
    ++first;
    return true;
  }
};
inline const NameParser name{};

inline const TokenWhere string_at{[](const Token& t) { return t.kind == TokenKind::kString; }};

// must("a name", Expected::kName)[p]: p, or a mistake here.
template <typename Subject>
struct Must : x3::unary_parser<Subject, Must<Subject>> {
  using base_type = x3::unary_parser<Subject, Must<Subject>>;
  static constexpr bool is_pass_through_unary = true;
  Must(const Subject& subject, const char* w, Expected e) : base_type(subject), what(w), expected(e) {}
  template <typename C, typename R, typename Attribute>
  bool parse(Iterator& first, const Iterator& last, const C& context, R& rcontext,
             Attribute& attribute) const {
    if (this->subject.parse(first, last, context, rcontext, attribute)) return true;
    throw unexpected(state_of(context), first, what, expected);
  }
  const char* what;
  Expected expected;
};
struct MustMaker {
  const char* what;
  Expected expected;
  template <typename Subject>
  auto operator[](const Subject& subject) const {
    using Parser = typename x3::extension::as_parser<Subject>::value_type;
    return Must<Parser>(x3::as_parser(subject), what, expected);
  }
};
inline MustMaker must(const char* what, Expected expected = Expected::kOther) { return {what, expected}; }

// deeper[p]: p, one level further down; a mistake beyond kMaxDepth.
template <typename Subject>
struct Deeper : x3::unary_parser<Subject, Deeper<Subject>> {
  using base_type = x3::unary_parser<Subject, Deeper<Subject>>;
  static constexpr bool is_pass_through_unary = true;
  explicit Deeper(const Subject& subject) : base_type(subject) {}
  struct Level {
    explicit Level(int* depth) : depth_(depth) { ++*depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --*depth_; }
    int* depth_;
  };
  template <typename C, typename R, typename Attribute>
  bool parse(Iterator& first, const Iterator& last, const C& context, R& rcontext,
             Attribute& attribute) const {
    ParseState& state = state_of(context);
    const Level level(&state.depth);
    if (state.depth > kMaxDepth)
      throw Mistake{state.span(*(first - 1)), "nested deeper than 200; split it into parts", false};
    return this->subject.parse(first, last, context, rcontext, attribute);
  }
};
struct DeeperMaker {
  template <typename Subject>
  auto operator[](const Subject& subject) const {
    using Parser = typename x3::extension::as_parser<Subject>::value_type;
    return Deeper<Parser>(x3::as_parser(subject));
  }
};
inline const DeeperMaker deeper{};

// Actions that only store.
inline const auto set_value = [](auto& c) { x3::_val(c) = std::move(x3::_attr(c)); };

}  // namespace cep::lang

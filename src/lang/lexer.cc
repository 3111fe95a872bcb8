// The lexer proper. Foreign spellings (`&&`, `<>`, `//`, typographic quotes) are answered with ours and read
// as ours.
#include "lang/lexer.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "lang/literal.h"

namespace cep::lang {
namespace {

// Bytes of the code point at text[at] if it is not ASCII and a person would take it for a letter (punctuation and blanks beyond ASCII are none); else 0.
size_t letter_size(std::string_view text, size_t at) {
  if (at >= text.size() || static_cast<unsigned char>(text[at]) < 0x80) return 0;
  size_t size = 0;
  const int32_t c = base::code_point_at(text, at, &size);
  const bool latin = c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7;
  const bool beyond = c >= 0x3040 && c != 0xFEFF && !(c >= 0xFFF0 && c < 0x10000);
  return latin || beyond ? size : 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct SymbolText {
  std::string_view text;
  Symbol symbol;
};
// Longer ones first.
constexpr SymbolText kSymbolTexts[] = {
    {"..", Symbol::kDotDot},     {"==", Symbol::kEqual},        {"!=", Symbol::kNotEqual},
    {"<=", Symbol::kLessEqual},  {">=", Symbol::kGreaterEqual}, {"(", Symbol::kOpenParen},
    {")", Symbol::kCloseParen},  {"{", Symbol::kOpenBrace},     {"}", Symbol::kCloseBrace},
    {"[", Symbol::kOpenBracket}, {"]", Symbol::kCloseBracket},  {",", Symbol::kComma},
    {".", Symbol::kDot},         {":", Symbol::kColon},         {"=", Symbol::kAssign},
    {"<", Symbol::kLess},        {">", Symbol::kGreater},       {"+", Symbol::kPlus},
    {"-", Symbol::kMinus},       {"*", Symbol::kTimes},         {"/", Symbol::kDivide},
    {"%", Symbol::kModulo},
};

// What other languages write, what is read in its place (a word or a symbol, or nothing), and what is said.
struct Foreign {
  std::string_view text;
  Word word;
  Symbol symbol;
  std::string_view message;
};
constexpr Foreign kForeign[] = {
    {"===", Word::kNone, Symbol::kEqual, "equality is written `==`"},
    {"!==", Word::kNone, Symbol::kNotEqual, "inequality is written `!=`"},
    {"<>", Word::kNone, Symbol::kNotEqual, "inequality is written `!=`"},
    {"=<", Word::kNone, Symbol::kLessEqual, "write `<=`"},
    {"=>", Word::kNone, Symbol::kGreaterEqual, "write `>=`"},
    {"=~", Word::kMatches, Symbol::kNone, "a regular expression is written `x matches \"…\"`"},
    {":=", Word::kNone, Symbol::kAssign, "write `=`"},
    {"**", Word::kNone, Symbol::kTimes, "powers are written `pow(x, y)`"},
    {"^", Word::kNone, Symbol::kTimes, "powers are written `pow(x, y)`"},
    {"&&", Word::kAnd, Symbol::kNone, "write `and` for `&&`"},
    {"||", Word::kOr, Symbol::kNone, "write `or` for `||`"},
    {";", Word::kNone, Symbol::kNone, "nothing ends with `;` here: leave it out"},
    {"\xE2\x80\x93", Word::kNone, Symbol::kMinus, "this is a dash (U+2013); write `-`"},
    {"\xE2\x88\x92", Word::kNone, Symbol::kMinus, "this is a mathematical minus (U+2212); write `-`"},
    {"\xC2\xA0", Word::kNone, Symbol::kNone, "this is a no-break space (U+00A0); write a blank"},
    {"\xE2\x80\x8B", Word::kNone, Symbol::kNone, "an invisible character (U+200B); leave it out"},
    {"\xEF\xBB\xBF", Word::kNone, Symbol::kNone, "a byte order mark inside the text; leave it out"},
};
constexpr std::string_view kTypographicQuotes[] = {
    "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E", "\xE2\x80\x98", "\xE2\x80\x99", "\xC2\xAB", "\xC2\xBB"};

class Lexer {
 public:
  Lexer(const Text& text, Mistakes* mistakes, size_t most) : text_(text), mistakes_(mistakes), most_(most) {}

  std::vector<Token> run() {
    const std::string_view t = text_.bytes;
    if (text_.origin == nullptr && t.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;
    while (skip_blanks(), at_ < t.size() && !mistakes_->full() && !refuse_length()) read();
    at_ = static_cast<uint32_t>(std::min<size_t>(at_, t.size()));
    push(TokenKind::kEnd, static_cast<uint32_t>(t.size()), static_cast<uint32_t>(t.size()));
    return std::move(tokens_);
  }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.bytes.size() ? text_.bytes[at_ + ahead] : '\0';
  }
  bool starts(std::string_view s) const { return text_.bytes.substr(at_, s.size()) == s; }
  void report(uint32_t begin, uint32_t end, std::string message) {
    mistakes_->add(text_.span(begin, end), std::move(message));
  }

  Token& push(TokenKind kind, uint32_t begin, uint32_t end) {
    Token token;
    token.kind = kind;
    token.begin = begin;
    token.end = end;
    token.first_on_line = new_line_;
    token.bad = after_unknown_;
    new_line_ = after_unknown_ = false;
    tokens_.push_back(token);
    return tokens_.back();
  }

  bool refuse_length() {
    if (tokens_.size() < most_) return false;
    report(at_, at_, "the files that are loaded together are too long: more than 1,000,000 words, numbers and signs; what follows "
                     "is not read. Long lists belong in a table (`table NAME (…) key … from \"FILE\"`)");
    return true;
  }

  void skip_line() { at_ = static_cast<uint32_t>(std::min(text_.bytes.find('\n', at_), text_.bytes.size())); }

  void skip_blanks() {
    for (; at_ < text_.bytes.size(); ++at_) {
      const char c = text_.bytes[at_];
      if (c == '#') {
        skip_line();
        if (at_ == text_.bytes.size()) return;
        new_line_ = true;
      } else if (c == '\n') {
        new_line_ = true;
      } else if (c != ' ' && c != '\t' && c != '\r' && c != '\f' && c != '\v') {
        return;
      }
    }
  }

  void read() {
    const char c = peek();
    if (is_digit(c)) return read_number();
    if (c == '"' || c == '\'') return read_string();
    if (c == '`') return read_quoted();
    if (is_ascii_word(c)) return read_word();
    if (starts("//") || starts("/*")) return read_foreign_comment();
    if (c == '.' && is_digit(peek(1))) return read_point_digits();
    if (read_foreign()) return;
    for (const SymbolText& s : kSymbolTexts) {
      if (!starts(s.text)) continue;
      const auto end = at_ + static_cast<uint32_t>(s.text.size());
      push(TokenKind::kSymbol, at_, end).symbol = s.symbol;
      at_ = end;
      return;
    }
    read_unknown();
  }

  void read_word() {
    uint32_t end = at_;
    bool plain = true;
    while (end < text_.bytes.size()) {
      if (is_ascii_word(text_.bytes[end])) {
        ++end;
      } else if (const size_t size = letter_size(text_.bytes, end); size > 0) {
        end += static_cast<uint32_t>(size);
        plain = false;
      } else {
        break;
      }
    }
    const std::string_view word = text_.bytes.substr(at_, end - at_);
    if (!plain)
      report(at_, end,
             "a name is made of the letters a to z, digits and `_`; any other goes between backquotes");
    Token& token = push(TokenKind::kWord, at_, end);
    token.word = find_word(word);
    token.bad = token.bad || !plain;
    at_ = end;
  }

  void read_number() {
    const Number number = scan_number(text_.bytes.substr(at_));
    Token& token = push(number.kind, at_, at_ + number.size);
    token.bad = token.bad || !number.fault.empty();
    if (!number.fault.empty()) report(token.begin, token.end, number.fault);
    at_ += number.size;
  }

  // `.5`: a decimal without its zero, or digits where a field's name should be.
  void read_point_digits() {
    uint32_t end = at_ + 1;
    while (end < text_.bytes.size() && is_ascii_word(text_.bytes[end])) ++end;
    const std::string digits(text_.bytes.substr(at_, end - at_));
    const Token* before = tokens_.empty() || tokens_.back().end != at_ ? nullptr : &tokens_.back();
    const bool number_before =
        before != nullptr && (before->kind == TokenKind::kDecimal || before->kind == TokenKind::kInt);
    const bool name_before = before != nullptr && !number_before && before->kind != TokenKind::kSymbol;
    if (number_before) {
      report(before->begin, end,
             "`" + std::string(text_.of(*before)) + digits + "` is no number: it has two points");
      tokens_.back().bad = true;
    } else if (name_before) {
      report(at_, end, "no field's name begins with a digit; such a name goes between backquotes");
      push(TokenKind::kSymbol, at_, at_ + 1).symbol = Symbol::kDot;
      push(TokenKind::kWord, at_ + 1, end).bad = true;
    } else {
      report(at_, end, "a decimal has digits before its point: write `0" + digits + "`");
      push(TokenKind::kDecimal, at_, end).bad = true;
    }
    at_ = end;
  }

  // The index of the quote that closes, or npos if the line or the text ends first. A backslash takes the
  // next byte with it.
  size_t closing(char quote, bool escapes) const {
    for (size_t i = at_ + 1; i < text_.bytes.size(); ++i) {
      const char c = text_.bytes[i];
      if (c == quote) return i;
      if (c == '\n') break;
      if (escapes && c == '\\' && i + 1 < text_.bytes.size() && text_.bytes[i + 1] != '\n') ++i;
    }
    return std::string_view::npos;
  }

  uint32_t line_end() const {
    size_t end = std::min(text_.bytes.find('\n', at_), text_.bytes.size());
    if (end > at_ && text_.bytes[end - 1] == '\r') --end;
    return static_cast<uint32_t>(end);
  }

  void read_string() {
    const size_t close = closing(peek(), true);
    if (close == std::string_view::npos) {
      report(at_, line_end(),
             std::string("this string is not closed on its line: `") + peek() +
                 "` is missing (a line end inside a string is written `\\n`)");
      Token& token = push(TokenKind::kString, at_, line_end());
      token.bad = token.unclosed = true;
      at_ = token.end;
      return;
    }
    const std::string_view raw = text_.bytes.substr(at_ + 1, close - at_ - 1);
    Token& token = push(TokenKind::kString, at_, static_cast<uint32_t>(close + 1));
    if (raw.find_first_of(
            "\\\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0C\x0D\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18"
            "\x19\x1A\x1B\x1C\x1D\x1E\x1F") != std::string_view::npos) {
      std::optional<LiteralFault> fault;
      decode_string(raw, &fault, nullptr);
      if (fault) report(at_ + 1 + fault->begin, at_ + 1 + fault->end, fault->message);
      token.bad = token.bad || fault.has_value();
    }
    at_ = token.end;
  }

  void read_quoted() {
    const size_t close = closing('`', false);
    const bool open = close == std::string_view::npos;
    const auto end = open ? line_end() : static_cast<uint32_t>(close + 1);
    if (open) report(at_, end, "this name is not closed on its line: a backquote is missing");
    if (!open && end == at_ + 2) report(at_, end, "nothing stands between these backquotes");
    Token& token = push(TokenKind::kQuoted, at_, end);
    token.bad = token.bad || open || end == at_ + 2;
    token.unclosed = open;
    at_ = end;
  }

  void read_foreign_comment() {
    report(at_, at_ + 2, "a comment begins with `#`");
    size_t end = starts("/*") ? text_.bytes.find("*/", at_ + 2) : std::string_view::npos;
    if (end == std::string_view::npos) return skip_line();
    new_line_ = new_line_ || text_.bytes.substr(at_, end - at_).find('\n') != std::string_view::npos;
    at_ = static_cast<uint32_t>(end + 2);
  }

  bool read_foreign() {
    for (const Foreign& f : kForeign) {
      if (!starts(f.text)) continue;
      const auto end = at_ + static_cast<uint32_t>(f.text.size());
      report(at_, end, std::string(f.message));
      if (f.word != Word::kNone || f.symbol != Symbol::kNone) {
        Token& token = push(f.word != Word::kNone ? TokenKind::kWord : TokenKind::kSymbol, at_, end);
        token.word = f.word;
        token.symbol = f.symbol;
        token.bad = true;
      }
      at_ = end;
      return true;
    }
    if (peek() == '!' && peek(1) != '=') {
      report(at_, at_ + 1, "write `not` for `!`");
      Token& token = push(TokenKind::kWord, at_, at_ + 1);
      token.word = Word::kNot;
      token.bad = true;
      ++at_;
      return true;
    }
    return read_typographic_quote();
  }

  bool read_typographic_quote() {
    const auto* quote = std::find_if(std::begin(kTypographicQuotes), std::end(kTypographicQuotes),
                                     [&](auto q) { return starts(q); });
    if (quote == std::end(kTypographicQuotes)) return false;
    report(at_, at_ + static_cast<uint32_t>(quote->size()),
           "a typographic quote; strings stand between `\"` or `'`");
    // Up to its partner on the same line, so that the words inside are not taken for more mistakes.
    uint32_t end = at_ + static_cast<uint32_t>(quote->size());
    const uint32_t limit = line_end();
    for (; end < limit; ++end) {
      const auto rest = text_.bytes.substr(end);
      const auto* close = std::find_if(std::begin(kTypographicQuotes), std::end(kTypographicQuotes),
                                       [&](auto q) { return rest.substr(0, q.size()) == q; });
      if (close == std::end(kTypographicQuotes)) continue;
      end += static_cast<uint32_t>(close->size());
      break;
    }
    push(TokenKind::kString, at_, end).bad = true;
    at_ = end;
    return true;
  }

  // A run of bytes that begin nothing: one mistake. (Broken UTF-8 and NUL have been reported.)
  void read_unknown() {
    if (letter_size(text_.bytes, at_) > 0) return read_word();
    const uint32_t begin = at_;
    bool reported = false;
    while (at_ < text_.bytes.size()) {
      const char c = peek();
      const size_t size = base::code_point_size(text_.bytes, at_);
      if (is_ascii_word(c) || static_cast<unsigned char>(c - 1) < ' ' ||
          std::string_view("\"'`#(){}[],:=<>+-*/%!").find(c) != std::string_view::npos)
        break;
      if (letter_size(text_.bytes, at_) > 0) break;
      reported = reported || size == 0 || c == '\0';
      at_ += static_cast<uint32_t>(std::max<size_t>(size, 1));
    }
    if (at_ == begin) ++at_;
    after_unknown_ = true;
    if (!reported) {
      const std::string_view run = text_.bytes.substr(begin, at_ - begin);
      if (run == "?") return report(begin, at_, "there is no `?`: write `if(condition, then, else)`");
      const bool printable = static_cast<unsigned char>(run[0]) >= ' ' && run[0] != 0x7F;
      report(begin, at_,
             printable && run.size() <= 8 ? "`" + std::string(run) + "` means nothing here"
                                          : "characters that mean nothing here");
    }
  }

  const Text& text_;
  Mistakes* mistakes_;
  size_t most_;
  uint32_t at_ = 0;
  bool new_line_ = true;
  bool after_unknown_ = false;  // what stood here has been reported; the next token follows from it
  std::vector<Token> tokens_;
};

bool closes(Symbol open, Symbol close) {
  return static_cast<int>(close) == static_cast<int>(open) + 1;  // each pair stands together in the enum
}

bool is_open(Symbol s) {
  return s == Symbol::kOpenParen || s == Symbol::kOpenBrace || s == Symbol::kOpenBracket;
}

// A closing brace also closes over what stands open inside it; a wrong closing parenthesis closes nothing.
void link_brackets(std::vector<Token>* tokens) {
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < tokens->size(); ++i) {
    const Token& token = (*tokens)[i];
    if (token.kind == TokenKind::kWord) {
      if (token.first_on_line && !open.empty() && begins_declaration(&token)) open.clear();
      continue;
    }
    if (token.kind != TokenKind::kSymbol) continue;
    if (is_open(token.symbol)) {
      open.push_back(i);
    } else if (token.symbol == Symbol::kCloseBrace) {
      while (!open.empty() && (*tokens)[open.back()].symbol != Symbol::kOpenBrace) open.pop_back();
    }
    if (!open.empty() && closes((*tokens)[open.back()].symbol, token.symbol)) {
      (*tokens)[open.back()].close = i;
      open.pop_back();
    }
  }
}

}  // namespace

std::vector<Token> lex(const Text& text, Mistakes* mistakes, size_t most) {
  std::vector<Token> tokens = Lexer(text, mistakes, most).run();
  link_brackets(&tokens);
  return tokens;
}

bool begins_declaration(const Token* token) {
  const auto name_then = [](const Token* t, auto follows) { return is_name(t[0]) && follows(t[1]); };
  const auto on = [](const Token& t) { return is_word(t, Word::kOn); };
  if (token->kind != TokenKind::kWord) return false;
  switch (token->word) {
    case Word::kPattern:
    case Word::kWindow:
    case Word::kJoin:
      return name_then(token + 1, on);
    case Word::kLeft:
      return is_word(token[1], Word::kJoin) && name_then(token + 2, on);
    case Word::kLet:
      return name_then(token + 1, [](const Token& t) { return is_symbol(t, Symbol::kAssign); });
    case Word::kTable:
      return name_then(token + 1, [](const Token& t) { return is_symbol(t, Symbol::kOpenParen); });
    case Word::kStream:
      return name_then(token + 1, [](const Token& t) {
        return is_symbol(t, Symbol::kOpenParen) || is_symbol(t, Symbol::kAssign);
      });
    default:
      return false;
  }
}

bool check_encoding(const Text& text, Mistakes* mistakes) {
  constexpr size_t kTooMany = 20;
  size_t count = 0;
  uint32_t first = 0;
  for (uint32_t i = 0; i < text.bytes.size() && count <= kTooMany;) {
    const size_t size = text.bytes[i] == '\0' ? 0 : base::code_point_size(text.bytes, i);
    if (size == 0 && count++ == 0) first = i;
    i += static_cast<uint32_t>(std::max<size_t>(size, 1));
  }
  if (count == 0) return true;
  const bool nul = text.bytes[first] == '\0';
  std::string message =
      nul ? "a NUL byte; a pattern file is text" : "this byte is not UTF-8; save the file as UTF-8";
  if (count > kTooMany)
    message = "this is no UTF-8 text (this byte, and many more); the file is not read";
  else if (count > 1)
    message += " (and " + std::to_string(count - 1) + " more such bytes in this file)";
  mistakes->add(text.span(first, first + 1), message);
  return count <= kTooMany;
}

}  // namespace cep::lang

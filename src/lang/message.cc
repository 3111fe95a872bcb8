#include "lang/message.h"

#include <algorithm>
#include <optional>

#include "lang/expression.h"
#include "lang/lexer.h"
#include "lang/literal.h"

namespace cep::lang {
namespace {

// The expression between two braces; null if it has a mistake, which is then reported.
ast::ExprPtr parse_hole(ParseState& outer, const Text& hole, Span braces) {
  const int before = outer.mistakes->count();
  const std::vector<Token> tokens = lex(hole, outer.mistakes);
  const Token* end = &tokens.back();
  if (outer.mistakes->count() != before) outer.failed = true;
  ParseState state{hole, tokens.data(), end, outer.mistakes, outer.depth, false};
  if (tokens.size() == 1 && outer.mistakes->count() == before) {
    outer.report(braces, "nothing stands between these braces: `{EXPR}` inserts a value, `{{` is a brace");
    return nullptr;
  }
  try {
    ast::ExprPtr expr;
    Iterator at = state.begin;
    const auto whole = must("a value between the braces", Expected::kOperand)[expression];
    const Context context(state);
    whole.parse(at, state.end, context, x3::unused, expr);
    if (at == end) return expr;
    throw unexpected(state, at, "`}` after this value", Expected::kEnd);
  } catch (const Mistake& mistake) {
    outer.failed = true;
    if (!mistake.silent) outer.mistakes->add(mistake.span, mistake.message);
    return nullptr;
  }
}

// The brace that closes the hole at `from`, not one inside a string of the expression; npos if none.
size_t closing_brace(std::string_view text, size_t from) {
  char quote = '\0';
  for (size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0') {
      if (c == '\\') ++i;
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '}' || c == '{') {
      return c == '}' ? i : std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

class MessageReader {
 public:
  MessageReader(ParseState& state, const Token& token) : state_(state), end_(token.end) {
    const std::string_view raw = state.of(token);
    text_ = decode_string(raw.substr(1, raw.size() - 1 - (token.unclosed ? 0 : 1)), nullptr, &origin_);
    for (uint32_t& place : origin_) {
      place += token.begin + 1;
      if (state.text.origin != nullptr) place = (*state.text.origin)[place];
    }
  }

  std::vector<ast::AlertDecl::Part> read() {
    for (size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      if ((c == '{' || c == '}') && at + 1 < text_.size() && text_[at + 1] == c) {
        part_.text += c;
        at += 2;
      } else if (c == '{') {
        at = read_hole(at);
      } else if (c == '}') {
        state_.report(span(at, at + 1), "this `}` closes nothing; a brace in a message is written `}}`");
        ++at;
      } else {
        part_.text += c;
        ++at;
      }
    }
    if (!part_.text.empty() || parts_.empty()) parts_.push_back(std::move(part_));
    return std::move(parts_);
  }

 private:
  Span span(size_t begin, size_t end) const { return {state_.text.file, origin_[begin], origin_[end]}; }

  size_t read_hole(size_t open) {
    const size_t close = closing_brace(text_, open + 1);
    if (close == std::string::npos) {
      state_.report(
          span(open, open + 1),
          "this `{` is not closed in the message: `{EXPR}` inserts a value (strings inside have the other "
          "quote), a brace is written `{{`");
      state_.cut_message = end_;
      return text_.size();
    }
    const std::vector<uint32_t> places(origin_.begin() + static_cast<std::ptrdiff_t>(open) + 1,
                                       origin_.begin() + static_cast<std::ptrdiff_t>(close) + 1);
    const Text hole{std::string_view(text_).substr(open + 1, close - open - 1), state_.text.file, &places};
    part_.expr = parse_hole(state_, hole, span(open, close + 1));
    parts_.push_back(std::move(part_));
    part_ = {};
    return close + 1;
  }

  ParseState& state_;
  uint32_t end_;  // of the message's token
  std::string text_;
  std::vector<uint32_t> origin_;
  ast::AlertDecl::Part part_;
  std::vector<ast::AlertDecl::Part> parts_;
};

}  // namespace

std::vector<ast::AlertDecl::Part> parse_message(ParseState& state, const Token& token) {
  if (token.bad) return {};
  return MessageReader(state, token).read();
}

}  // namespace cep::lang

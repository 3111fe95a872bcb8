#include "lang/parse_state.h"

#include <algorithm>

#include "base/utf8.h"
#include "lang/literal.h"

namespace cep::lang {

std::string bounded(std::string message) {
  constexpr size_t kMost = 2000;
  if (message.size() <= kMost) return message;
  message.resize(base::cut_utf8(message, kMost).size());
  return message + "…";
}

std::string ParseState::written(Span wanted) const {
  const Token* first = std::lower_bound(
      begin, end, wanted.begin, [&](const Token& t, uint32_t place) { return span(t).begin < place; });
  const Token* last = first;
  while (last != end && span(*last).end <= wanted.end) ++last;
  if (first == last) return {};
  return std::string(text.bytes.substr(first->begin, (last - 1)->end - first->begin));
}

size_t ParseState::line(const Token& t) const {
  if (text.origin != nullptr) return 0;
  return 1 + static_cast<size_t>(std::count(text.bytes.begin(), text.bytes.begin() + t.begin, '\n'));
}

ast::Ident make_ident(const ParseState& state, const Token& token) {
  std::string_view name = state.of(token);
  const bool quoted = token.kind == TokenKind::kQuoted;
  if (quoted) name = name.substr(1, name.size() - (token.unclosed ? 1 : 2));
  return {std::string(name), state.span(token), quoted};
}

std::string string_value(const ParseState& state, const Token& token) {
  std::string_view raw = state.of(token);
  if (token.bad && token.unclosed) return std::string(raw.substr(1));
  return decode_string(raw.substr(1, raw.size() - 2), nullptr, nullptr);
}

}  // namespace cep::lang

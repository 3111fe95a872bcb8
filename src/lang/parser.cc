// Declaration by declaration: lex the file, let the grammar read one declaration at a time, and after a
// mistake go on at the next place where one begins. The grammar never sees the text itself, and the depth of
// its recursion is counted (grammar_config.h, deeper).
#include "lang/parser.h"

#include <algorithm>

#include "lang/body_words.h"
#include "lang/declaration_grammar.h"
#include "lang/lexer.h"

namespace cep::lang {
namespace {

using ast::Declaration;

class FileParser {
 public:
  FileParser(const Text& text, const std::vector<Token>& tokens, Mistakes* mistakes)
      : state_{text, tokens.data(), tokens.data() + tokens.size() - 1, mistakes, 0, false},
        at_(state_.begin) {}

  ast::File run() {
    while (at_ != state_.end && !state_.mistakes->full()) read_declaration();
    return std::move(file_);
  }

 private:
  void read_declaration() {
    const Iterator start = at_;
    Declaration read;
    try {
      state_.depth = 0;
      state_.failed = false;
      state_.cut_message = 0;
      const Context context(state_);
      if (!declaration.parse(at_, state_.end, context, x3::unused, read))
        throw no_declaration(state_, start, last());
      if (state_.failed) read = broken(start);
      if (at_ != start) read.span = state_.text.span(start->begin, (at_ - 1)->end);
      file_.declarations.push_back(std::move(read));
    } catch (const Mistake& mistake) {
      const bool cut = state_.cut_message != 0 && mistake.span.begin == state_.cut_message;
      const bool repeated = mistake.silent || cut || swallowed(start, mistake);
      if (!repeated) state_.mistakes->add(mistake.span, mistake.message);
      Declaration rest = broken(start);
      if (!rest.broken.word.name.empty()) file_.declarations.push_back(std::move(rest));
      at_ = next_start(start, place_of(mistake, start));
    }
  }

  const Declaration* last() const {
    return file_.declarations.empty() ? nullptr : &file_.declarations.back();
  }

  // Did a string that was never closed take the rest of a line of this declaration?
  bool swallowed(Iterator start, const Mistake& mistake) const {
    for (Iterator t = start; t != state_.end; ++t) {
      if (t != start && t->first_on_line && begins_declaration(t)) return false;
      if (t->unclosed) return true;
      if (state_.span(*t).begin > mistake.span.begin && t > at_) return false;
    }
    return false;
  }

  // A word that means nothing, before what can hardly be anything but the rest of a declaration.
  bool misspelt(Iterator t) const {
    if (t->kind != TokenKind::kWord || t->word != Word::kNone || state_.end - t < 3 || !is_name(t[1]))
      return false;
    return is_word(t[2], Word::kOn) || is_symbol(t[2], Symbol::kOpenParen) ||
           is_symbol(t[2], Symbol::kAssign);
  }

  Declaration broken(Iterator start) const {
    Declaration d;
    d.kind = Declaration::kBroken;
    if (is_word(*start, Word::kLeft) && is_word(start[1], Word::kJoin)) ++start;
    const bool known = start->kind == TokenKind::kWord && is_one_of(start->word, kDeclarationWords);
    if (!known && !misspelt(start)) return d;
    d.broken.word = make_ident(state_, *start);
    if (start + 1 < state_.end && is_name(start[1])) d.broken.name = make_ident(state_, start[1]);
    return d;
  }

  // The token at which a mistake was found: not before it the search for the next declaration begins.
  Iterator place_of(const Mistake& mistake, Iterator start) const {
    Iterator t = std::lower_bound(start, state_.end, mistake.span.begin,
                                  [&](const Token& token, uint32_t place) { return token.begin < place; });
    return t == state_.end ? start : t;
  }

  // Where a declaration begins beyond doubt, or a word of one at the begin of a line outside all brackets, or
  // what follows the brace that closes the body.
  Iterator next_start(Iterator start, Iterator mistake) const {
    int depth = 0;
    for (Iterator t = start; t != state_.end; ++t) {
      const bool candidate = t > start && t >= mistake;
      if (candidate && begins_declaration(t) && (t->first_on_line || depth <= 0)) return t;
      const bool outside = candidate && depth <= 0 && t->first_on_line && t->kind == TokenKind::kWord;
      if (outside && (is_one_of(t->word, kDeclarationWords) || misspelt(t))) return t;
      if (is_symbol(*t, Symbol::kOpenBrace)) ++depth;
      if (is_symbol(*t, Symbol::kCloseBrace) && --depth <= 0 && t >= mistake) return t + 1;
    }
    return state_.end;
  }

  ParseState state_;
  Iterator at_;
  ast::File file_;
};

}  // namespace

ast::File parse(const SourceFile& source, uint32_t file, std::vector<Diagnostic>* errors, size_t* words_left) {
  const Text text{source.text, file, nullptr};
  Mistakes mistakes(errors);
  if (source.text.size() > kMaxFileBytes) {
    mistakes.add({file, 0, 0}, "this file is longer than 64 MB; it is not read");
    return {};
  }
  if (!check_encoding(text, &mistakes)) return {};
  size_t most = words_left != nullptr ? *words_left : kMostWords;
  const std::vector<Token> tokens = lex(text, &mistakes, most);
  if (words_left != nullptr) *words_left -= std::min(most, tokens.size());
  return FileParser(text, tokens, &mistakes).run();
}

}  // namespace cep::lang

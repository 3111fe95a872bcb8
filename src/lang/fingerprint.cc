#include "lang/fingerprint.h"

#include <cctype>
#include <map>
#include <set>
#include <string>

#include "expr/hash.h"
#include "lang/binder.h"
#include "lang/binder_uses.h"
#include "lang/lexer.h"
#include "lang/parse_state.h"

namespace cep::lang {
namespace {

using ast::Declaration;

class Fingerprints {
 public:
  Fingerprints(const std::vector<ast::File>& trees, const std::vector<SourceFile>& sources) : sources_(sources) {
    for (const ast::File& file : trees)
      for (const Declaration& d : file.declarations) known_[name_of(d).name].declaration = &d;
  }

  const std::string& of(const std::string& name) {
    Known& known = known_[name];
    if (known.seen || known.declaration == nullptr) return known.fingerprint;
    known.seen = true;  // a name that leads back to itself counts as nothing there
    std::set<std::string> read;
    std::string bytes = words(*known.declaration, &read);
    for (const std::string& used : used_by(*known.declaration)) read.insert(used);
    for (const std::string& other : read) bytes.append(other).append(1, '\0').append(of(other)).append(1, '\0');
    return known.fingerprint = expr::fingerprint(bytes);
  }

 private:
  struct Known {
    const Declaration* declaration = nullptr;
    bool seen = false;
    std::string fingerprint;
  };

  void note_constant(const std::string& name, std::set<std::string>* constants) const {
    auto at = known_.find(name);
    if (at != known_.end() && at->second.declaration->kind == Declaration::kLet) constants->insert(name);
  }

  // Every word in a text: a message names constants between its braces.
  void note_constants(std::string_view text, std::set<std::string>* constants) const {
    auto is_letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      while (end < text.size() && is_letter(text[end])) ++end;
      if (end > at) note_constant(std::string(text.substr(at, end - at)), constants);
      at = end + 1;
    }
  }

  // The words of the declaration, each ended by NUL, which no text holds; the constants that they can mean are added to *constants.
  std::string words(const Declaration& d, std::set<std::string>* constants) const {
    std::string_view bytes = std::string_view(sources_[d.span.file].text).substr(d.span.begin, d.span.end - d.span.begin);
    const Text text{bytes, d.span.file, nullptr};
    std::vector<Diagnostic> none;
    Mistakes mistakes(&none);
    const std::vector<Token> tokens = lex(text, &mistakes);
    const ParseState state{text, tokens.data(), tokens.data() + tokens.size() - 1, &mistakes};
    std::string out;
    for (const Token& token : tokens) {
      out.append(text.of(token)).append(1, '\0');
      if (token.kind == TokenKind::kWord) note_constant(std::string(text.of(token)), constants);
      if (token.kind == TokenKind::kQuoted) note_constant(make_ident(state, token).name, constants);
      if (token.kind == TokenKind::kString) note_constants(string_value(state, token), constants);
    }
    return out;
  }

  const std::vector<SourceFile>& sources_;
  std::map<std::string, Known> known_;
};

}  // namespace

void set_fingerprints(const std::vector<ast::File>& trees, const std::vector<SourceFile>& sources, plan::Plan* plan) {
  Fingerprints fingerprints(trees, sources);
  for (plan::Table& table : plan->tables) table.fingerprint = fingerprints.of(table.name);
  // What nobody wrote belongs to the next node that somebody did.
  std::string outer;
  for (auto node = plan->nodes.rbegin(); node != plan->nodes.rend(); ++node) {
    if (!node->inner) outer = fingerprints.of(node->name);
    node->fingerprint = node->inner ? expr::fingerprint(outer + node->name) : outer;
  }
}

}  // namespace cep::lang

#include "lang/binder_context.h"

#include "base/nearest.h"

namespace cep::lang {
namespace {

constexpr size_t kQuoteBytes = 60;
constexpr size_t kMostCandidates = 5000;

}  // namespace

void Reporter::error(Span span, std::string message) {
  if (++errors_ > kMostErrors + 1) return;
  if (full()) message = "more than " + std::to_string(kMostErrors) + " mistakes; the rest is not shown";
  out_->push_back({Severity::kError, span, std::move(message)});
}

void Reporter::warning(Span span, std::string message) {
  out_->push_back({Severity::kWarning, span, std::move(message)});
}

std::string Reporter::quote(Span span) const {
  std::string text;
  if (span.file < sources_.size()) {
    const std::string& all = sources_[span.file].text;
    bool blank = false;
    for (size_t i = span.begin; i < span.end && i < all.size(); ++i) {
      bool space = all[i] == ' ' || all[i] == '\n' || all[i] == '\t' || all[i] == '\r';
      if (!space || !blank) text += space ? ' ' : all[i];
      blank = space;
    }
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (text.size() > kQuoteBytes) {
    size_t cut = kQuoteBytes;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    text = text.substr(0, cut) + "…";
  }
  return "`" + text + "`";
}

void Shape::add(event::Field field, bool is_bad) {
  schema.fields.push_back(std::move(field));
  bad.push_back(is_bad);
}

const Declared* Context::find(std::string_view name) const {
  auto it = declared.find(name);
  return it == declared.end() ? nullptr : &it->second;
}

bool Context::excused(std::string_view name) const {
  const Declared* d = find(name);
  return d && d->kind == DeclaredKind::kBroken;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (candidates.size() > kMostCandidates) return "";
  std::string nearest = base::nearest(word, candidates);
  return nearest.empty() ? "" : "; did you mean `" + nearest + "`?";
}

std::string listed(const std::vector<std::string>& names, size_t most) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < most; ++i) {
    if (i) text += i + 1 == names.size() ? " and " : ", ";
    text += "`" + names[i] + "`";
  }
  if (names.size() > most) text += " …";
  return text;
}

std::string a_type(Type type) {
  if (type == Type::kNull) return "null";
  std::string name(type_name(type));
  return (name == "int" ? "an " : "a ") + name;
}

std::string_view a_kind(DeclaredKind kind) {
  switch (kind) {
    case DeclaredKind::kPattern:
      return "a pattern";
    case DeclaredKind::kWindow:
      return "a window";
    case DeclaredKind::kJoin:
      return "a join";
    case DeclaredKind::kTable:
      return "a table";
    case DeclaredKind::kLet:
      return "a constant";
    default:
      return "a stream";
  }
}

}  // namespace cep::lang

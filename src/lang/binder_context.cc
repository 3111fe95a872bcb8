#include "lang/binder_context.h"

#include <utility>

#include "base/nearest.h"
#include "base/utf8.h"
#include "lang/mistakes.h"

namespace cep::lang {
namespace {

constexpr size_t kQuoteBytes = 60;
constexpr size_t kMostCandidates = 1000;
constexpr size_t kMostWork = 1'000'000;  // of one search for a near name: candidates times letters times letters

}  // namespace

void Reporter::error(Span span, std::string message) {
  if (++errors_ > kMostErrors + 1) return;
  if (full()) message = "more than " + std::to_string(kMostErrors) + " mistakes; the rest is not shown";
  out_->push_back({Severity::kError, span, bounded(std::move(message))});
}

void Reporter::refuse(Span span, std::string message) {
  if (!recorded_) return error(span, std::move(message));
  warning(span, std::move(message));
}

void Reporter::warning(Span span, std::string message) {
  if (++warnings_ > kMostErrors + 1) return;
  if (warnings_ > kMostErrors) message = "more than " + std::to_string(kMostErrors) + " warnings; the rest is not shown";
  out_->push_back({Severity::kWarning, span, bounded(std::move(message))});
}

std::string Reporter::quote(Span span) const {
  constexpr size_t kEnough = 4 * kQuoteBytes;  // a span may be as long as its file
  std::string text;
  if (span.file < sources_.size()) {
    const std::string& all = sources_[span.file].text;
    bool blank = false;
    for (size_t i = span.begin; i < span.end && i < all.size() && text.size() < kEnough; ++i) {
      bool space = all[i] == ' ' || all[i] == '\n' || all[i] == '\t' || all[i] == '\r';
      if (!space || !blank) text += space ? ' ' : all[i];
      blank = space;
    }
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  if (text.size() > kQuoteBytes) text = std::string(base::cut_utf8(text, kQuoteBytes)) + "…";
  return "`" + text + "`";
}

int Shape::find(std::string_view field) const {
  auto it = by_name.find(field);
  return it == by_name.end() ? -1 : it->second;
}

void Shape::add(event::Field field, bool is_bad) {
  by_name.emplace(field.name, static_cast<int>(schema.fields.size()));
  schema.fields.push_back(std::move(field));
  bad.push_back(is_bad);
}

const Declared* Context::find(std::string_view name) const {
  auto it = declared.find(name);
  return it == declared.end() ? nullptr : &it->second;
}

bool Context::spend(size_t units, Span place) {
  if (units_ > kMostUnits) return false;
  units_ += units;
  if (units_ <= kMostUnits) return true;
  report.refuse(place, "this program is too large: here it has more than " + std::to_string(kMostUnits) +
                           " parts (fields of all streams, values of keys); load less at once, or pass on fewer fields "
                           "with `select`");
  return report.recorded();
}

bool Context::spend_text(size_t bytes, Span place) {
  if (constant_bytes_ > kMostConstantBytes) return false;
  constant_bytes_ += bytes;
  if (constant_bytes_ <= kMostConstantBytes) return true;
  report.error(place, "the constants of this program stand for more than 16 MiB of text, counted at each place; make them "
                      "shorter, or look texts up in a table");
  return false;
}

bool Context::regex_allowed(Span place) {
  if (regex_cost_ <= kMostRegexCost) return true;
  if (!std::exchange(regexes_refused_, true))
    report.error(place, "the regular expressions of this program need more than 32 MiB together; take large classes and "
                        "counts apart, or use contains(…) and starts_with(…)");
  return false;
}

bool Context::excused(std::string_view name) const {
  const Declared* d = find(name);
  return d && d->kind == DeclaredKind::kBroken;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (candidates.size() > kMostCandidates || candidates.size() * word.size() > kMostWork / (word.size() + 1)) return "";
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

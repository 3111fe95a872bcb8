#include "expr/regex.h"

#include <re2/re2.h>

#include "base/check.h"

namespace cep::expr {
namespace {

// Of one pattern, for its program and for what it remembers while it searches. Few need more than the first.
constexpr int64_t kUsualMemory = 4 << 20;
constexpr int64_t kMemoryMax = 32 << 20;
// The parser of the library has no bound of its own, and a class of three letters (`\pL`) costs it 30 KB.
constexpr size_t kLongestPattern = 16 << 10;

std::unique_ptr<RE2> compiled(std::string_view pattern) {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(kUsualMemory);
  const re2::StringPiece text(pattern.data(), pattern.size());
  auto re = std::make_unique<RE2>(text, o);
  if (re->error_code() != RE2::ErrorPatternTooLarge) return re;
  o.set_max_mem(kMemoryMax);
  return std::make_unique<RE2>(text, o);
}

bool is_plain(std::string_view text) {
  for (unsigned char c : text)
    if (c < ' ' || c > '~' ||
        std::string_view("\\^$.|?*+()[]{}").find(static_cast<char>(c)) != std::string_view::npos)
      return false;
  return true;
}

}  // namespace

struct Regex::Impl {
  std::unique_ptr<RE2> re;  // null: the text below is searched for
  std::string text;
  bool at_begin = false;
  bool at_end = false;
};

std::string check_regex(std::string_view pattern, size_t* cost) {
  constexpr size_t kCostOfParsing = 4;  // of a byte
  if (pattern.size() > kLongestPattern)
    return "it has more than " + std::to_string(kLongestPattern) + " bytes; split it, or look words up in a table";
  const std::unique_ptr<RE2> re = compiled(pattern);
  const bool large = re->error_code() == RE2::ErrorPatternTooLarge;
  if (cost != nullptr)
    *cost = pattern.size() * kCostOfParsing + (re->ok() ? static_cast<size_t>(re->ProgramSize()) : large ? kMemoryMax / 16 : 0);
  return re->ok() ? std::string() : re->error();
}

Regex::Regex(std::string_view pattern) : impl_(std::make_unique<Impl>()) {
  std::string_view text = pattern;
  bool at_begin = text.starts_with('^');
  if (at_begin) text.remove_prefix(1);
  bool at_end = text.ends_with('$');
  if (at_end) text.remove_suffix(1);
  if (is_plain(text)) {
    impl_->text = text;
    impl_->at_begin = at_begin;
    impl_->at_end = at_end;
    return;
  }
  impl_->re = compiled(pattern);
  CEP_CHECK(impl_->re->ok());
}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::matches(std::string_view text) const {
  const Impl& m = *impl_;
  if (m.re) return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *m.re);
  if (m.at_begin) return m.at_end ? text == m.text : text.starts_with(m.text);
  return m.at_end ? text.ends_with(m.text) : text.find(m.text) != std::string_view::npos;
}

}  // namespace cep::expr

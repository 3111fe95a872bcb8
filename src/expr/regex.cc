#include "expr/regex.h"

#include <re2/re2.h>

#include "base/check.h"

namespace cep::expr {
namespace {

constexpr int64_t kMemoryMax = 32 << 20;

RE2::Options options() {
  RE2::Options o;
  o.set_log_errors(false);
  o.set_max_mem(kMemoryMax);
  return o;
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

std::string check_regex(std::string_view pattern) {
  RE2 re(re2::StringPiece(pattern.data(), pattern.size()), options());
  return re.ok() ? std::string() : re.error();
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
  impl_->re = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options());
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

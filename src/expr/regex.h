// Regular expressions of `matches`: RE2, unanchored, never printing, never "no match" for want of memory. The
// only door to RE2.
#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace cep::expr {

// Empty if the pattern can be used, else the reason in RE2's words, with the offending part ("missing ):
// a("). A pattern longer than 16 KiB, or one that needs more than the memory allowed for one (32 MiB), is an error
// too. *cost (may be null): how much work it was, about the steps of its program.
std::string check_regex(std::string_view pattern, size_t* cost = nullptr);

// A compiled pattern; immutable, may be used by many threads. Plain ASCII text, with `^` before it or `$`
// behind it, is searched for directly.
class Regex {
 public:
  // REQUIRES check_regex(pattern).empty().
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  bool matches(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cep::expr

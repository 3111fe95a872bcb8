// Broken invariants end the process, in release too: a wrong answer is worse than none.
#pragma once

namespace cep::base {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace cep::base

#define CEP_CHECK(condition) \
  ((condition) ? void(0) : ::cep::base::check_failed(#condition, __FILE__, __LINE__))

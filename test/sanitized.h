// What a test must know of the sanitizers: they keep what is freed, so that bounds of memory say nothing, and all takes five to twenty times as long, so that a test whose
// repetition is for luck, not for coverage, repeats less. The release suite has all of it.
#pragma once

namespace cep::testing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// How often: `all`, or `under_sanitizer` in a program that is built with one.
template <class T>
constexpr T times(T all, T under_sanitizer) {
  return kSanitized ? under_sanitizer : all;
}

}  // namespace cep::testing

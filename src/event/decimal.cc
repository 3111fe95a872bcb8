// Digit by digit: value = digits × 10^(point − number of digits), so that scaling only moves the point.
#include "event/decimal.h"

#include <algorithm>

namespace cep::event {
namespace {

constexpr int64_t kExponentMax = 100000000;  // beyond any line: more digits than this cannot come

struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int64_t exponent = 0;
};

std::string_view take_digits(std::string_view* text) {
  size_t n = 0;
  while (n < text->size() && (*text)[n] >= '0' && (*text)[n] <= '9') ++n;
  std::string_view digits = text->substr(0, n);
  text->remove_prefix(n);
  return digits;
}

bool take_exponent(std::string_view text, int64_t* exponent) {
  text.remove_prefix(1);
  bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  std::string_view digits = take_digits(&text);
  if (digits.empty() || !text.empty()) return false;
  int64_t value = 0;
  for (char c : digits) value = std::min(kExponentMax, value * 10 + (c - '0'));
  *exponent = negative ? -value : value;
  return true;
}

bool split(std::string_view text, Parts* parts) {
  if (!text.empty() && text[0] == '-') {
    parts->negative = true;
    text.remove_prefix(1);
  }
  parts->whole = take_digits(&text);
  if (parts->whole.empty()) return false;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    parts->fraction = take_digits(&text);
    if (parts->fraction.empty()) return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  return take_exponent(text, &parts->exponent);
}

}  // namespace

bool is_number_text(std::string_view text) {
  Parts parts;
  return split(text, &parts);
}

Scaled scale_decimal(std::string_view text, int exponent, int64_t* whole) {
  Parts parts;
  if (!split(text, &parts)) return Scaled::kNoNumber;
  const int64_t count = static_cast<int64_t>(parts.whole.size() + parts.fraction.size());
  const int64_t point = static_cast<int64_t>(parts.whole.size()) + parts.exponent + exponent;
  auto digit = [&](int64_t i) -> unsigned {
    size_t at = static_cast<size_t>(i);
    return (at < parts.whole.size() ? parts.whole[at] : parts.fraction[at - parts.whole.size()]) - '0';
  };
  constexpr uint64_t kLimit = uint64_t{1} << 63;
  uint64_t value = 0;
  bool exact = true;
  for (int64_t i = 0; i < std::max(count, point); ++i) {
    unsigned d = i < count ? digit(i) : 0;
    if (i >= point) {
      exact = exact && d == 0;
    } else if (i >= count && value == 0) {
      break;
    } else {
      if (value > (kLimit - d) / 10) return Scaled::kOverflow;
      value = value * 10 + d;
    }
  }
  if (parts.negative && !exact) ++value;  // floor: away from zero
  if (value > kLimit || (value == kLimit && !parts.negative)) return Scaled::kOverflow;
  *whole = parts.negative ? static_cast<int64_t>(~value + 1) : static_cast<int64_t>(value);
  return exact ? Scaled::kExact : Scaled::kCut;
}

}  // namespace cep::event

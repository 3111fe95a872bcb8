// Numbers as text, without binary rounding: what must not change by a digit (integers, times with decimals)
// is read from the digits themselves.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::event {

// The grammar of a JSON number, but leading zeros are allowed ("007"): the form in which text counts as a
// number.
bool is_number_text(std::string_view text);

enum class Scaled : uint8_t { kExact, kCut, kNoNumber, kOverflow };

// *whole = floor(value × 10^exponent). kExact: nothing was lost; kCut: digits behind were cut, towards the
// past; else *whole is not written.
Scaled scale_decimal(std::string_view text, int exponent, int64_t* whole);

}  // namespace cep::event

// Canonical JSON bytes: fixed order, no blanks, minimal escapes (\" \\ \b \f \n \r \t, other control characters \u00xx; everything else as it is).
#pragma once
#include <string>
#include <string_view>

#include "cep/value.h"

namespace cep::event {

void append_json_string(std::string_view text, std::string* out);
// The same for bytes that may be no UTF-8 (a rejected line): each byte that is part of no character is written as U+FFFD.
void append_json_bytes(std::string_view bytes, std::string* out);
// int: digits; double: to_chars shortest, `.0` when integral (1e+300 prints as to_chars gives it); timestamp: RFC 3339 in quotes; duration: "1h30m" in quotes.
void append_json_value(const Value& v, std::string* out);
// A double as above, wherever one is printed: integral below 2^53 all digits and `.0` (100000.0, never 1e+05); not finite: null.
void append_double(double value, std::string* out);

}  // namespace cep::event

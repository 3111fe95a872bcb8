// Literals: strings with their escapes, numbers and durations; what is wrong with one, and how to write it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lang/token.h"

namespace cep::lang {

struct LiteralFault {
  uint32_t begin = 0;  // bytes from the literal's begin
  uint32_t end = 0;
  std::string message;
};

// Reads the escapes of what stands between the quotes. Bad ones are kept as written; the first is *fault (if
// asked for). `origin`, if given, gets for each byte of the result, and for its end, the place in `raw` it
// came from.
std::string decode_string(std::string_view raw, std::optional<LiteralFault>* fault,
                          std::vector<uint32_t>* origin);

struct Number {
  TokenKind kind = TokenKind::kInt;
  uint32_t size = 0;  // bytes
  std::string fault;  // empty: it is good
};

// The number or duration at the begin of `text`, which is a digit.
Number scan_number(std::string_view text);

// The unit that somebody who wrote `word` meant ("sec" → "s"); empty if none.
std::string_view unit_meant(std::string_view word);

}  // namespace cep::lang

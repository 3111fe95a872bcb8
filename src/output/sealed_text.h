// Small text files whose last line is a checksum of all before it: log.state, places.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::output {

// 16 hex digits.
std::string hex16(uint64_t value);
// The text with "checksum <16 hex digits>\n" behind it: XXH3 with seed 0 of the text.
std::string seal(std::string text);
// True: `sealed` is whole, *text is what was sealed.
bool unseal(std::string_view sealed, std::string_view* text);

}  // namespace cep::output

// Upper and lower case of letters, one code point for one, whatever the locale: ASCII, Latin (Latin-1,
// Extended-A, the pairs of Additional), modern Greek and Cyrillic, as Unicode's simple mappings. Other
// letters, and those whose other case takes two (ß), stay.
#pragma once
#include <cstdint>
#include <string_view>

#include "expr/program.h"

namespace cep::expr::functions_detail {

uint32_t to_upper(uint32_t c);
uint32_t to_lower(uint32_t c);
// The text with every letter mapped; made in the arena. Bytes that are no UTF-8 stay.
std::string_view map_letters(std::string_view s, uint32_t (*map)(uint32_t), Arena* arena);

}  // namespace cep::expr::functions_detail

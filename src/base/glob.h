// Globs over names of patterns and streams: `*` any run of bytes (none too), `?` one byte, everything else itself.
#pragma once
#include <string_view>

namespace cep::base {

// Linear in `text` for one star, at worst |glob| × |text|.
bool glob_match(std::string_view glob, std::string_view text);

}  // namespace cep::base

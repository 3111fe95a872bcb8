// Small text files that are replaced whole and whose last line is a checksum of all before it: log.state, places.
#pragma once
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"

namespace cep::storage {

// The text with "checksum <16 hex digits>\n" behind it: XXH3 with seed 0 of the text.
std::string seal(std::string text);
// True: `sealed` is whole, *text is what was sealed.
bool unseal(std::string_view sealed, std::string_view* text);
// Puts `text` in place, sealed, whole or not at all and durable at return (base::write_whole).
Status write_sealed(base::Env* env, const std::string& path, std::string text);

}  // namespace cep::storage

// The one hash of this room: XXH3 of 64 bits, seed 0, the same on every machine and in every version.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::expr {

uint64_t hash_bytes(std::string_view bytes);

// 16 bytes of XXH3 of 128 bits: texts for which they are equal may be taken for equal.
std::string fingerprint(std::string_view bytes);

}  // namespace cep::expr

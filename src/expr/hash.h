// The one hash of this room: XXH3 of 64 bits, seed 0, the same on every machine and in every version.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::expr {

uint64_t hash_bytes(std::string_view bytes);

}  // namespace cep::expr

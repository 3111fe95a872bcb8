// The checksum of everything that stands on disk.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::storage {

// XXH3-64: it tells bytes from others by mistake, not by intent; where strangers' bytes stand in a file the seed is what they do not know.
uint64_t checksum(std::string_view bytes, uint64_t seed);
// 16 hex digits.
std::string hex16(uint64_t value);

}  // namespace cep::storage

// The checksum of everything that stands on disk.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::storage {

// XXH3-64: it tells bytes from others by mistake, not by intent; where strangers' bytes stand in a file the seed is what they do not know.
uint64_t checksum(std::string_view bytes, uint64_t seed);

// What names these bytes where they are not repeated: XXH3-128, canonical (big endian). Who names them compares them first.
inline constexpr size_t kContentNameBytes = 16;
std::string content_name(std::string_view bytes);
// 16 hex digits.
std::string hex16(uint64_t value);

}  // namespace cep::storage

#include "storage/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cep::storage {

uint64_t checksum(std::string_view bytes, uint64_t seed) { return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed); }

std::string content_name(std::string_view bytes) {
  XXH128_canonical_t name;
  static_assert(sizeof name.digest == kContentNameBytes);
  XXH128_canonicalFromHash(&name, XXH3_128bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<const char*>(name.digest), sizeof name.digest);
}

std::string hex16(uint64_t value) {
  std::string digits(16, '0');
  for (size_t i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
  return digits;
}

}  // namespace cep::storage

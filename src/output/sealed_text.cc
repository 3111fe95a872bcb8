#include "output/sealed_text.h"

#include "output/format.h"

namespace cep::output {
namespace {

constexpr size_t kSealBytes = 9 + 16 + 1;  // "checksum ", digits, LF

std::string seal_of(std::string_view text) { return "checksum " + hex16(checksum(text, 0)) + "\n"; }

}  // namespace

std::string hex16(uint64_t value) {
  std::string digits(16, '0');
  for (size_t i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
  return digits;
}

std::string seal(std::string text) {
  text += seal_of(text);
  return text;
}

bool unseal(std::string_view sealed, std::string_view* text) {
  if (sealed.size() < kSealBytes) return false;
  *text = sealed.substr(0, sealed.size() - kSealBytes);
  return sealed.substr(text->size()) == seal_of(*text);
}

}  // namespace cep::output

#include "storage/sealed_file.h"

#include "storage/checksum.h"

namespace cep::storage {
namespace {

constexpr size_t kSealBytes = 9 + 16 + 1;  // "checksum ", digits, LF

std::string seal_of(std::string_view text) { return "checksum " + hex16(checksum(text, 0)) + "\n"; }

}  // namespace

std::string seal(std::string text) {
  text += seal_of(text);
  return text;
}

bool unseal(std::string_view sealed, std::string_view* text) {
  if (sealed.size() < kSealBytes) return false;
  *text = sealed.substr(0, sealed.size() - kSealBytes);
  return sealed.substr(text->size()) == seal_of(*text);
}

Status write_sealed(base::Env* env, const std::string& path, std::string text) { return base::write_whole(env, path, seal(std::move(text))); }

}  // namespace cep::storage

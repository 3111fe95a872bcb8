#include "state/format.h"

#include "base/bytes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cep::state {
namespace {

constexpr size_t kHead = 16;

// Over the length too: a section that is empty ends the state, and no other may pass for it.
uint64_t checksum(std::string_view body) { return XXH3_64bits_withSeed(body.data(), body.size(), body.size()); }

}  // namespace

void append_section(std::string_view body, std::string* out) {
  base::put(uint64_t{body.size()}, out);
  base::put(checksum(body), out);
  out->append(body);
}

bool take_section(std::string_view* bytes, std::string_view* body) {
  if (bytes->size() < kHead) return false;
  const uint64_t size = base::load<uint64_t>(*bytes, 0), sum = base::load<uint64_t>(*bytes, 8);
  if (size > bytes->size() - kHead) return false;
  *body = bytes->substr(kHead, size);
  if (checksum(*body) != sum) return false;
  bytes->remove_prefix(kHead + size);
  return true;
}

}  // namespace cep::state

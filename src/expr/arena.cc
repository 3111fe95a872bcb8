// Blocks are kept by reset() and filled again in the same order; each is twice as large as the one before, up
// to a megabyte.
#include <algorithm>
#include <cstring>

#include "expr/program.h"

namespace cep::expr {
namespace {
constexpr size_t kFirstBlock = 4096;
constexpr size_t kLargestStep = 1 << 20;
}  // namespace

char* Arena::allocate(size_t bytes) {
  bytes = (bytes + 7) / 8 * 8;  // so that values may lie here too
  while (block_ < blocks_.size()) {
    if (sizes_[block_] - used_ >= bytes) {
      char* at = blocks_[block_].get() + used_;
      used_ += bytes;
      return at;
    }
    ++block_;
    used_ = 0;
  }
  size_t step = sizes_.empty() ? kFirstBlock : std::min(kLargestStep, sizes_.back() * 2);
  sizes_.push_back(std::max(step, bytes));
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(sizes_.back()));
  used_ = bytes;
  return blocks_.back().get();
}

std::string_view Arena::copy(std::string_view s) {
  char* at = allocate(s.size());
  if (!s.empty()) std::memcpy(at, s.data(), s.size());
  return {at, s.size()};
}

void Arena::reset() {
  block_ = 0;
  used_ = 0;
}

}  // namespace cep::expr

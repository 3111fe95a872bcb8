#include "storage/read_ahead.h"

#include <algorithm>
#include <cstring>

namespace cep::storage {

size_t ReadAhead::before_end(uint64_t offset, size_t n) const {
  return static_cast<size_t>(std::min<uint64_t>(n, end_ - std::min(offset, end_)));
}

Result<std::string_view> ReadAhead::view(uint64_t offset, size_t n) {
  n = before_end(offset, n);
  const bool inside = offset >= begin_ && offset - begin_ <= size_;
  size_t have = inside ? size_ - static_cast<size_t>(offset - begin_) : 0;
  if (have < n) {
    const size_t want = before_end(offset, std::max(n, piece_));
    std::unique_ptr<char[]> larger;
    if (want > capacity_) larger.reset(new char[want]);
    char* to = larger ? larger.get() : buffer_.get();
    if (have > 0) std::memmove(to, buffer_.get() + (size_ - have), have);
    if (larger) {
      buffer_ = std::move(larger);
      capacity_ = want;
    }
    begin_ = offset;
    size_ = have;
    Result<size_t> got = file_->read_at(offset + have, buffer_.get() + have, want - have);
    if (!got.ok()) return got.status();
    size_ += got.value();
    have = size_;
  }
  if (n == 0) return std::string_view();
  return std::string_view(buffer_.get() + (offset - begin_), std::min(have, n));
}

}  // namespace cep::storage

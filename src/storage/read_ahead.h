// A file read from front to back in pieces, each byte once. Views are into the buffer: nothing is copied but what a piece cuts.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"

namespace cep::storage {

class ReadAhead {
 public:
  // `file` must outlive it. `piece`: so many bytes at once. What lies from `end` on is not looked at.
  explicit ReadAhead(const base::File* file, size_t piece = 1 << 20, uint64_t end = UINT64_MAX) : file_(file), piece_(piece), end_(end) {}

  // Bytes [offset, offset + n) of the file, fewer only at its end. Valid until the next call.
  Result<std::string_view> view(uint64_t offset, size_t n);
  // Forgets what was read: the file may have changed.
  void forget() { size_ = 0; }

 private:
  // Of `n` bytes from `offset` on those before end_.
  size_t before_end(uint64_t offset, size_t n) const;

  const base::File* file_;
  size_t piece_;
  uint64_t end_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  uint64_t begin_ = 0;   // offset of the buffer's first byte
  size_t size_ = 0;
};

}  // namespace cep::storage

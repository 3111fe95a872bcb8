// A file read from front to back in pieces of about 1 MiB, each byte once. Views are into the buffer: nothing is copied but what a piece cuts.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/env.h"

namespace cep::journal {

class ReadAhead {
 public:
  explicit ReadAhead(const base::File* file) : file_(file) {}

  // Bytes [offset, offset + n) of the file, fewer only at its end. Valid until the next call.
  Result<std::string_view> view(uint64_t offset, size_t n);
  // Forgets what was read: the file may have changed.
  void forget() { size_ = 0; }

 private:
  static constexpr size_t kPiece = 1 << 20;

  const base::File* file_;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  uint64_t begin_ = 0;   // offset of the buffer's first byte
  size_t size_ = 0;
};

}  // namespace cep::journal

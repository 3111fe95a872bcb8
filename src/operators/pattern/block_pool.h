// Blocks of bytes by size class, taken from slabs and given back to free lists: what the evaluators keep of
// events and runs. Memory goes back to the pool, and to the system only once nothing is used. Blocks are
// aligned to 16 bytes. Not thread safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cep::operators {

class BlockPool {
 public:
  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  void* allocate(size_t bytes) {
    if (bytes > kLargest) return allocate_large(bytes);
    const size_t c = class_of(bytes);
    used_ += size_of(c);
    Free* head = free_[c];
    if (head == nullptr) return carve(size_of(c));
    free_[c] = head->next;
    return head;
  }

  // REQUIRES that `block` came from allocate(bytes).
  void release(void* block, size_t bytes) {
    if (bytes > kLargest) return release_large(block, bytes);
    const size_t c = class_of(bytes);
    used_ -= size_of(c);
    Free* f = static_cast<Free*>(block);
    f->next = free_[c];
    free_[c] = f;
    if (used_ == 0 && slabs_.size() > kKept) give_back();
  }

  uint64_t used_bytes() const { return used_; }

 private:
  struct Free {
    Free* next;
  };
  static constexpr size_t kStep = 16;      // classes of 16, 32 … 512 bytes,
  static constexpr size_t kFine = 512;     // then of 1, 2 … 64 KiB
  static constexpr size_t kFineClasses = kFine / kStep;
  static constexpr size_t kLargest = 64 << 10;
  static constexpr size_t kClasses = kFineClasses + 7;
  static constexpr size_t kSlab = 256 << 10;
  static constexpr size_t kKept = 16;      // slabs that are worth keeping for the next burst

  static size_t class_of(size_t bytes) {
    if (bytes <= kFine) return (bytes + kStep - 1) / kStep - (bytes > 0);
    size_t c = kFineClasses;
    for (size_t size = 2 * kFine; size < bytes; size *= 2) ++c;
    return c;
  }
  static size_t size_of(size_t c) {
    return c < kFineClasses ? (c + 1) * kStep : 2 * kFine << (c - kFineClasses);
  }

  void give_back();
  void* carve(size_t bytes);
  void* allocate_large(size_t bytes);
  void release_large(void* block, size_t bytes);

  std::array<Free*, kClasses> free_{};
  std::vector<std::unique_ptr<char[]>> slabs_;
  char* next_ = nullptr;
  size_t left_ = 0;
  uint64_t used_ = 0;
};

}  // namespace cep::operators

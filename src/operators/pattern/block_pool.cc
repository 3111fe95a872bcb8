#include "operators/pattern/block_pool.h"

#include <new>

namespace cep::operators {

void* BlockPool::carve(size_t bytes) {
  if (left_ < bytes) {
    slabs_.push_back(std::make_unique_for_overwrite<char[]>(kSlab));
    next_ = slabs_.back().get();
    left_ = kSlab;
  }
  void* block = next_;
  next_ += bytes;
  left_ -= bytes;
  return block;
}

void BlockPool::give_back() {
  free_.fill(nullptr);
  slabs_.clear();
  next_ = nullptr;
  left_ = 0;
}

void* BlockPool::allocate_large(size_t bytes) {
  used_ += bytes;
  return ::operator new(bytes);
}

void BlockPool::release_large(void* block, size_t bytes) {
  used_ -= bytes;
  ::operator delete(block);
}

}  // namespace cep::operators

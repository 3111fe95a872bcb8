// The way of everything between threads: one writer, one reader, first in first out, bounded in bytes. It blocks nobody: a writer asks full() first and keeps what has no room,
// a reader asks empty(). T has bytes().
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <utility>

#include "runtime/doorbell.h"

namespace cep::runtime {

template <class T>
class SpscChannel {
 public:
  explicit SpscChannel(uint64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  // The bells of the threads that read and write; call before they run. Without them nobody sleeps.
  void wake(Doorbell* reader, Doorbell* writer) {
    reader_ = reader;
    writer_ = writer;
  }

  // The writer's question: what does not fit must wait. Into an empty channel anything fits, so the bound may be passed by one element.
  bool full() const { return count_.load(std::memory_order_acquire) > 0 && bytes_.load(std::memory_order_acquire) >= capacity_bytes_; }
  // The reader's question.
  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  // Of what is in it. Any thread.
  uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  // REQUIRES !full(), where the bound is to hold.
  void push(T element) {
    {
      std::lock_guard lock(mutex_);
      bytes_ += element.bytes();
      elements_.push_back(std::move(element));
      ++count_;
    }
    if (reader_) reader_->ring();
  }
  // REQUIRES !empty().
  T pop() {
    std::unique_lock lock(mutex_);
    const bool was_full = full();  // under the lock: the writer may be filling it now
    T out = std::move(elements_.front());
    elements_.pop_front();
    bytes_ -= out.bytes();
    --count_;
    lock.unlock();
    if (writer_ && was_full) writer_->ring();
    return out;
  }

 private:
  const uint64_t capacity_bytes_;
  Doorbell* reader_ = nullptr;
  Doorbell* writer_ = nullptr;
  std::mutex mutex_;  // held for a move
  std::deque<T> elements_;
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint32_t> count_{0};
};

}  // namespace cep::runtime

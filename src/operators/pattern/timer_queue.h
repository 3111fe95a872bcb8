// Deadlines of keys. Events come in the order of time, so deadlines of one kind are pushed in order and a
// ring is enough; the few that come out of order go to a heap. Nothing is ever cancelled: whoever pops a
// deadline looks whether it still means anything.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/event_time.h"

namespace cep::operators {

struct Timer {
  int64_t deadline;
  uint32_t key;
};
static_assert(sizeof(Timer) == 16);

class TimerQueue {
 public:
  void push(int64_t deadline, uint32_t key) {
    if (size_ > 0 && deadline < ring_[(head_ + size_ - 1) & mask_].deadline) {
      heap_.push_back({deadline, key});
      std::push_heap(heap_.begin(), heap_.end(), later);
      return;
    }
    if (size_ == ring_.size()) grow();
    ring_[(head_ + size_++) & mask_] = {deadline, key};
  }

  bool empty() const { return size_ == 0 && heap_.empty(); }
  size_t size() const { return size_ + heap_.size(); }
  // The least deadline; base::kEndOfTime if there is none.
  int64_t next() const {
    const int64_t a = size_ == 0 ? base::kEndOfTime : ring_[head_].deadline;
    const int64_t b = heap_.empty() ? base::kEndOfTime : heap_.front().deadline;
    return std::min(a, b);
  }
  // REQUIRES !empty().
  Timer pop() {
    if (!heap_.empty() && (size_ == 0 || heap_.front().deadline < ring_[head_].deadline)) {
      std::pop_heap(heap_.begin(), heap_.end(), later);
      const Timer t = heap_.back();
      heap_.pop_back();
      return t;
    }
    const Timer t = ring_[head_];
    head_ = (head_ + 1) & mask_;
    --size_;
    return t;
  }

  // Whether it has grown enough since the last sift to be worth one.
  bool wants_sift() const { return size() >= sift_at_; }
  // Throws away the timers that `keep` does not want.
  template <class Keep>
  void sift(const Keep& keep) {
    const size_t all = size_;
    size_ = 0;
    for (size_t i = 0; i < all; ++i) {
      const Timer t = ring_[(head_ + i) & mask_];
      if (keep(t)) ring_[(head_ + size_++) & mask_] = t;
    }
    std::erase_if(heap_, [&](const Timer& t) { return !keep(t); });
    std::make_heap(heap_.begin(), heap_.end(), later);
    sift_at_ = std::max<size_t>(kSiftAtLeast, 2 * size());
  }

 private:
  static constexpr size_t kSiftAtLeast = 4096;
  static bool later(const Timer& a, const Timer& b) { return a.deadline > b.deadline; }

  void grow() {
    std::vector<Timer> wider(std::max<size_t>(16, 2 * ring_.size()));
    for (size_t i = 0; i < size_; ++i) wider[i] = ring_[(head_ + i) & mask_];
    ring_ = std::move(wider);
    head_ = 0;
    mask_ = ring_.size() - 1;
  }

  std::vector<Timer> ring_;  // size 0 or a power of two
  size_t head_ = 0, size_ = 0, mask_ = 0;
  std::vector<Timer> heap_;
  size_t sift_at_ = kSiftAtLeast;
};

}  // namespace cep::operators

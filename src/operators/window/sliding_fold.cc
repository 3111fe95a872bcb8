#include "operators/window/sliding_fold.h"

#include <algorithm>
#include <utility>

namespace cep::operators {

void SlidingFold::push(Item item, StatePool* pool) {
  if (middle_ == items_.size()) {
    back_.first = item.first;
    back_.last = item.last;
  } else {
    back_.first = std::min(back_.first, item.first);
    back_.last = std::max(back_.last, item.last);
  }
  items_.push_back({item.last, item.first, item.last, item.state});
  if (!pool->constant()) return;
  if (back_.state == nullptr) back_.state = pool->take();
  pool->merge(back_.state, *item.state);
}

void SlidingFold::flip(StatePool* pool) {
  middle_ = items_.size();
  pool->give(std::exchange(back_.state, nullptr));
  for (size_t i = items_.size() - 1; i-- > head_;) {
    Kept& k = items_[i];
    k.least = std::min(k.least, items_[i + 1].least);
    k.greatest = std::max(k.greatest, items_[i + 1].greatest);
    if (pool->constant()) pool->merge(k.state, *items_[i + 1].state);
  }
}

void SlidingFold::pop(StatePool* pool) {
  if (head_ == middle_) flip(pool);
  pool->give(items_[head_++].state);
  if (head_ == items_.size()) {
    items_.clear();
    head_ = middle_ = 0;
  } else if (head_ > 16 && head_ > items_.size() / 2) {
    items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(head_));
    middle_ -= head_;
    head_ = 0;
  }
}

SlidingFold::Item SlidingFold::all(StatePool* pool, State* scratch) const {
  const bool front = head_ < middle_, back = middle_ < items_.size();
  Item r = back_;
  if (front) {
    const Kept& f = items_[head_];
    r.first = back ? std::min(back_.first, f.least) : f.least;
    r.last = back ? std::max(back_.last, f.greatest) : f.greatest;
  }
  if (size() == 1) {
    r.state = items_[head_].state;
    return r;
  }
  if (pool->constant()) {
    if (!front) return r;
    if (!back) {
      r.state = items_[head_].state;
      return r;
    }
  }
  r.state = scratch;
  pool->set().clear(scratch);
  if (pool->constant()) {
    pool->merge(scratch, *items_[head_].state);
    pool->merge(scratch, *back_.state);
    return r;
  }
  for (size_t i = head_; i < items_.size(); ++i) pool->merge(scratch, *items_[i].state);
  return r;
}

void SlidingFold::clear(StatePool* pool) {
  for (size_t i = head_; i < items_.size(); ++i) pool->give(items_[i].state);
  pool->give(std::exchange(back_.state, nullptr));
  items_.clear();
  head_ = middle_ = 0;
}

uint64_t SlidingFold::bytes(const expr::AggregateSet& set) const {
  uint64_t n = items_.capacity() * sizeof(Kept);
  for (size_t i = head_; i < items_.size(); ++i) n += set.bytes(*items_[i].state);
  return n;
}

}  // namespace cep::operators

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
  if (pool->stacked() != 0) {
    if (back_.state == nullptr) back_.state = pool->take();
    pool->merge(back_.state, *item.state, pool->stacked());
  }
  if (!pool->constant() && size() > 1) run(pool);
}

// The newest item, or where nothing runs yet all of them, into what runs.
void SlidingFold::run(StatePool* pool) {
  size_t from = items_.size() - 1;
  if (running_ == nullptr) {
    running_ = pool->take();
    folds_ = pool->set().left_folds();
    from = head_;
  }
  for (; from < items_.size(); ++from) {
    pool->merge(running_, *items_[from].state, expr::kRemovableCalls);
    folds_.push(*items_[from].state);
  }
}

void SlidingFold::stop(StatePool* pool) {
  pool->give(std::exchange(running_, nullptr));
  folds_ = {};
}

void SlidingFold::flip(StatePool* pool) {
  middle_ = items_.size();
  pool->give(std::exchange(back_.state, nullptr));
  for (size_t i = items_.size() - 1; i-- > head_;) {
    Kept& k = items_[i];
    k.least = std::min(k.least, items_[i + 1].least);
    k.greatest = std::max(k.greatest, items_[i + 1].greatest);
    if (pool->stacked() != 0) pool->merge(k.state, *items_[i + 1].state, pool->stacked());
  }
}

void SlidingFold::pop(StatePool* pool) {
  if (head_ == middle_) flip(pool);
  if (running_ != nullptr) {
    pool->set().remove(running_, *items_[head_].state);
    folds_.pop();
  }
  pool->give(items_[head_++].state);
  if (head_ == items_.size()) {
    items_.clear();
    head_ = middle_ = 0;
    stop(pool);
  } else if (head_ > 16 && head_ > items_.size() / 2) {
    items_.erase(items_.begin(), items_.begin() + static_cast<ptrdiff_t>(head_));
    middle_ -= head_;
    head_ = 0;
  }
}

SlidingFold::Item SlidingFold::all(StatePool* pool, State* scratch) {
  const bool front = head_ < middle_, back = middle_ < items_.size();
  Item r = back_;
  if (front) {
    const Kept& f = items_[head_];
    r.first = back ? std::min(back_.first, f.least) : f.least;
    r.last = back ? std::max(back_.last, f.greatest) : f.greatest;
  }
  if (size() == 1 || (pool->constant() && !back)) {
    r.state = items_[head_].state;
    return r;
  }
  if (pool->constant() && !front) return r;
  r.state = pool->constant() ? scratch : running_;
  if (pool->stacked() != 0) {
    pool->set().clear(r.state, pool->stacked());
    if (front) pool->merge(r.state, *items_[head_].state, pool->stacked());
    if (back) pool->merge(r.state, *back_.state, pool->stacked());
  }
  if (!pool->constant()) folds_.write(r.state);
  return r;
}

void SlidingFold::clear(StatePool* pool) {
  for (size_t i = head_; i < items_.size(); ++i) pool->give(items_[i].state);
  pool->give(std::exchange(back_.state, nullptr));
  items_.clear();
  head_ = middle_ = 0;
  stop(pool);
}

void SlidingFold::write(const StatePool& pool, state::Encoder* out) const {
  out->number(size());
  for (size_t i = head_; i < items_.size(); ++i) {
    const auto& [time, least, greatest, state] = items_[i];
    out->whole(time);
    out->whole(least);
    out->whole(greatest);
    pool.write(state, out);
  }
  out->number(middle_ - head_);
  const auto& [first, last, state] = back_;
  out->whole(first);
  out->whole(last);
  pool.write(state, out);
}

bool SlidingFold::read(StatePool* pool, state::Decoder* in) {
  for (size_t n = in->count(); n > 0; --n) {
    Kept k{};
    k.time = in->whole();
    k.least = in->whole();
    k.greatest = in->whole();
    k.state = pool->read(in);
    if (k.state == nullptr) return false;
    items_.push_back(k);
  }
  middle_ = in->below(items_.size() + 1);
  back_.first = in->whole();
  back_.last = in->whole();
  back_.state = pool->read(in);
  const bool merged = middle_ < items_.size() && pool->stacked() != 0;
  if (!in->ok() || (back_.state != nullptr) != merged) return false;
  if (!pool->constant() && size() > 1) run(pool);
  return true;
}

uint64_t SlidingFold::bytes(const StatePool& pool) const {
  uint64_t n = items_.capacity() * sizeof(Kept) + folds_.bytes();
  if (pool.constant()) return n;
  for (size_t i = head_; i < items_.size(); ++i) n += pool.more_bytes(items_[i].state);
  return n + pool.more_bytes(running_) + pool.more_bytes(back_.state);
}

}  // namespace cep::operators

// The merges of a queue's parts from its oldest to its newest, one after the other: what sums of doubles in a
// moving window are where they stand beside aggregates that forget (their digits depend on how the parts are
// grouped, so no other grouping may take its place, and nothing may be subtracted). While parts only come, one
// merge each. Once they go as well the folds of the next oldest parts are made at the same time, a lane for
// each: a lane waits for its own last addition only, so that sixteen cost little more than one.
#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace cep::expr {

class LeftFold {
 public:
  virtual ~LeftFold() = default;
  virtual void push(const void* part) = 0;
  virtual void pop() = 0;
  // Writes the fold. REQUIRES that there is a part.
  virtual void write(void* part) = 0;
  virtual size_t bytes() const = 0;
};

template <class Part>
class LeftFoldOf final : public LeftFold {
 public:
  void push(const void* part) override {
    const Part& p = *static_cast<const Part*>(part);
    for (size_t lane = head_ < first_ ? 0 : head_ - first_; lane < lanes_; ++lane) folds_[lane].merge(p);
    parts_.push_back(p);
  }
  void pop() override {
    ++head_;
    popped_ = true;
    if (head_ < 64 || head_ < parts_.size() / 2) return;
    parts_.erase(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(head_));
    const size_t used = std::min(head_ - first_, lanes_);
    std::copy(folds_ + used, folds_ + lanes_, folds_);
    lanes_ -= used;
    first_ = head_ = 0;
  }
  void write(void* part) override {
    if (head_ - first_ >= lanes_) make_lanes();
    *static_cast<Part*>(part) = folds_[head_ - first_];
  }
  size_t bytes() const override { return sizeof *this + parts_.capacity() * sizeof(Part); }

 private:
  static constexpr size_t kLanes = 16, kFew = 32;

  void make_lanes() {
    first_ = head_;
    lanes_ = popped_ && parts_.size() - head_ > kFew ? kLanes : 1;
    Part folds[kLanes] = {};
    size_t at = head_;
    for (; at < head_ + lanes_; ++at)
      for (size_t lane = 0; lane <= at - head_; ++lane) folds[lane].merge(parts_[at]);
    if (lanes_ == 1) {
      for (; at < parts_.size(); ++at) folds[0].merge(parts_[at]);
    } else {
      for (; at < parts_.size(); ++at)
        for (size_t lane = 0; lane < kLanes; ++lane) folds[lane].merge(parts_[at]);
    }
    std::copy(folds, folds + lanes_, folds_);
  }

  std::vector<Part> parts_;  // those before head_ are gone
  size_t head_ = 0;
  size_t first_ = 0, lanes_ = 0;  // folds_[i] begins at part first_ + i
  Part folds_[kLanes] = {};
  bool popped_ = false;
};

}  // namespace cep::expr

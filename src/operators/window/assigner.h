// Which aligned windows an event belongs to: starts are multiples of the slide since the epoch plus the
// offset, windows are half open. Pure arithmetic in milliseconds; times near the ends of int64 saturate.
#pragma once
#include <cstdint>

#include "base/event_time.h"
#include "plan/physical/slices.h"

namespace cep::operators {

using base::add_time;
using base::kEndOfTime;
using base::kNoTime;

// Towards the past. REQUIRES b > 0.
inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The first multiple of `step` after `time`.
inline int64_t next_multiple(int64_t time, int64_t step) {
  const int64_t into = time % step;
  return add_time(time, step - (into < 0 ? into + step : into));
}

// Ends are spoken of, not starts: an end names its window.
class AlignedAssigner {
 public:
  explicit AlignedAssigner(const plan::WindowAssigner& a)
      : size_(a.size_ms),
        slide_(a.kind == plan::WindowKind::kTumbling ? a.size_ms : a.slide_ms),
        offset_(a.offset_ms),
        slice_(plan::slices_of(a).length) {}

  int64_t size() const { return size_; }
  int64_t slide() const { return slide_; }
  // The least end > `time`: of the first window that could still take an event of this time.
  int64_t first_end(int64_t time) const {
    return add_time(offset_ + size_, slide_ * (floor_div(time - offset_ - size_, slide_) + 1));
  }
  // The greatest end of a window that begins at or before `time`.
  int64_t last_end(int64_t time) const {
    return offset_ + size_ + slide_ * floor_div(time - offset_, slide_);
  }
  // Where windows are further apart than they are long, some events are in none.
  bool in_window(int64_t time) const { return last_end(time) > time; }

  // Slices: the longest stretches that no window divides.
  int64_t slice_of(int64_t time) const { return floor_div(time - offset_, slice_); }
  int64_t slice_start(int64_t slice) const { return offset_ + slice * slice_; }
  int64_t slices_per_window() const { return size_ / slice_; }
  // The slice after the last one of the window with this end.
  int64_t slice_end(int64_t end) const { return floor_div(end - offset_, slice_); }

 private:
  int64_t size_, slide_, offset_, slice_;
};

}  // namespace cep::operators

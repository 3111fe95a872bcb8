#include "engine/work_window.h"

#include <algorithm>

namespace cep::engine {

void WorkWindow::sent(uint64_t base, uint64_t last, uint64_t work, uint64_t now_us) {
  if (last < base) return;
  sent_.push_back({base, last, work, now_us});
  under_way_ += work;
  most_under_way_ = std::max(most_under_way_, under_way_);
}

uint64_t WorkWindow::room() const {
  if (under_way_ == 0) return window_;
  // Not a line at a time: an eighth of it or nothing.
  const uint64_t room = window_ > under_way_ ? window_ - under_way_ : 0;
  return room >= window_ / 8 ? room : 0;
}

// By its share of the window, so that a window's worth of frames moves it once: at most to the double, down as far as they took too long.
void WorkWindow::learn(uint64_t work, uint64_t took_us, uint64_t target_us) {
  const double share = std::min(1.0, static_cast<double>(work) / static_cast<double>(window_));
  const double ratio = static_cast<double>(target_us) / static_cast<double>(std::max<uint64_t>(took_us, 1));
  const double window = static_cast<double>(window_);
  double to = window;
  if (ratio < 1) to = window * (1 - share * (1 - ratio));
  else if (full_) to = window * (1 + share * std::min(1.0, ratio - 1));
  window_ = std::clamp(static_cast<uint64_t>(to), kLeastWork, kMostWork);
}

void WorkWindow::worked(uint64_t position, uint64_t target_us, uint64_t now_us) {
  while (!sent_.empty() && sent_.front().next <= position) {
    Sent& front = sent_.front();
    const uint64_t upto = std::min(position, front.last);
    const uint64_t lines = front.last - front.next + 1, done = upto - front.next + 1;
    const uint64_t work = done == lines ? front.work : front.work / lines * done;
    learn(work, now_us - front.at_us, target_us);
    under_way_ -= work;
    front.work -= work;
    front.next = upto + 1;
    if (done == lines) sent_.pop_front();
    else break;
  }
  if (now_us - calm_us_ < kCalmUs) return;
  if (!full_) window_ = std::max({kLeastWork, std::min(window_, kFirstWork), std::min(window_ - window_ / 4, 4 * most_under_way_)});
  calm_us_ = now_us;
  full_ = false;
  most_under_way_ = under_way_;
}

}  // namespace cep::engine

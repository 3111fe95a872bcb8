#include "engine/arrival_clock.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace cep::engine {

ArrivalClock::ArrivalClock(base::Env* env, int64_t last_ms)
    : env_(env), at_us_(std::max(last_ms, env->wall_ms()) * 1000), steady_us_(env->steady_us()) {}

int64_t ArrivalClock::now_ms() {
  std::lock_guard lock(mutex_);
  const uint64_t now_us = env_->steady_us();
  const int64_t passed_us = now_us > steady_us_ ? static_cast<int64_t>(now_us - steady_us_) : 0;
  steady_us_ = std::max(steady_us_, now_us);
  at_us_ += passed_us;
  look(env_->wall_ms() * 1000 - at_us_, steady_us_, passed_us);
  return at_us_ / 1000;
}

// Leads the clock towards a wall clock that is so far ahead.
void ArrivalClock::look(int64_t offset_us, uint64_t now_us, int64_t passed_us) {
  offset_us_ = offset_us;
  const bool far = std::abs(offset_us) > kJumpMs * 1000;
  if (!far) {
    jumped_at_us_.reset();
  } else if (!jumped_at_us_ || std::abs(offset_us - jump_us_) > kJumpMs * 1000) {
    jumped_at_us_ = now_us;
    jump_us_ = offset_us;
    news_.jumped_ms = offset_us / 1000;
  }
  const bool stands = far && now_us - *jumped_at_us_ >= static_cast<uint64_t>(kStandMs) * 1000;
  if (far && !stands) return;
  int64_t by_us = std::clamp(offset_us, -passed_us / kSlew, passed_us / kSlew);
  if (far && offset_us > 0) {
    by_us = offset_us;
    news_.followed_ms = offset_us / 1000;
    jumped_at_us_.reset();
  } else if (far) {
    jump_us_ = offset_us - by_us;
  }
  at_us_ += by_us;
  offset_us_ -= by_us;
}

int64_t ArrivalClock::wall_offset_ms() const {
  std::lock_guard lock(mutex_);
  return offset_us_ / 1000;
}

std::optional<ArrivalClock::News> ArrivalClock::take_news() {
  std::lock_guard lock(mutex_);
  const News news = std::exchange(news_, {});
  if (news.jumped_ms == 0 && news.followed_ms == 0) return std::nullopt;
  return news;
}

}  // namespace cep::engine

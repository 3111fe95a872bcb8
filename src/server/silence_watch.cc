#include "server/silence_watch.h"

#include <chrono>

namespace cep::server {

void SilenceWatch::look() {
  // What was noted is settled a turn later at the earliest: whatever else the loop had found ready then has been served in between.
  if (marked_ms_ && sockets_.read()) {
    engine_->all_read(*marked_ms_);
    marked_ms_.reset();
  }
  if (!engine_->wants_silence()) marked_ms_.reset();
  else if (!marked_ms_) {
    const int64_t now_ms = engine_->arrival_ms();   // before the look
    if (sockets_.mark()) marked_ms_ = now_ms;
  }
  timer_.expires_after(std::chrono::milliseconds(kEveryMs));
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) look();
  });
}

}  // namespace cep::server

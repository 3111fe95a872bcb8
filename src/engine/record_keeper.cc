#include "engine/record_keeper.h"

#include "base/fault.h"

namespace cep::engine {

RecordKeeper::RecordKeeper(output::OutputLog* log, std::function<bool(uint64_t)> wait_durable, std::function<void(Status)> fail,
                           std::function<void()> published)
    : log_(log), wait_durable_(std::move(wait_durable)), fail_(std::move(fail)), published_(std::move(published)) {}

void RecordKeeper::give_up(Status status) {
  if (failed_.exchange(true)) return;
  if (!status.ok()) fail_(std::move(status));
}

void RecordKeeper::before_release(uint64_t position) {
  if (failed() || base::planted(base::Bug::kReleaseBeforeDurable)) return;
  if (!wait_durable_(position)) give_up({});
}

void RecordKeeper::take(const Record& record) {
  if (failed()) return;
  any_ = true;
  Status taken = log_->append(record);
  if (!taken.ok()) return give_up(std::move(taken));
  taken_ += record.line.size();
  if (taken_ >= kPublishBytes && publish()) published_();
}

// What came since the last time. False: it failed.
bool RecordKeeper::publish() {
  taken_ = 0;
  any_ = false;
  Status published = log_->publish();
  if (!published.ok()) give_up(std::move(published));
  return published.ok();
}

void RecordKeeper::after_release(uint64_t position) {
  if (failed()) return;
  const bool any = any_;
  if (any && !publish()) return;
  worked_.store(position, std::memory_order_release);
  if (any) published_();
}

}  // namespace cep::engine

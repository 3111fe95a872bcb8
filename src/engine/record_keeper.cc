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
  if (!taken.ok()) give_up(std::move(taken));
}

void RecordKeeper::after_release(uint64_t position) {
  if (failed()) return;
  if (any_) {
    Status published = log_->publish();
    if (!published.ok()) return give_up(std::move(published));
  }
  worked_.store(position, std::memory_order_release);
  if (any_) published_();
  any_ = false;
}

}  // namespace cep::engine

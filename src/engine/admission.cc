#include "engine/admission.h"

#include <algorithm>

namespace cep::engine {

void Admission::look(uint64_t out, uint64_t worked, uint64_t spent_ns, uint64_t target_us, uint64_t now_us) {
  window_.worked(out, target_us, now_us);
  if (costs_->worked(worked, spent_ns)) queue_->retry();
  if (window_.room() > 0) light_taken_ = 0;
}

bool Admission::may_take() {
  if (queue_->blocked()) return false;
  if (window_.room() > 0) return true;
  window_.full();
  return light_taken_ < kLightInAll && queue_->has_light(kLightWork);
}

void Admission::take(std::vector<Request>* out) {
  costs_->settle();
  const uint64_t room = window_.room(), most = std::min(kTakeWork, room);
  uint64_t work = 0;
  while (work < most && !queue_->empty() && !queue_->blocked()) work += queue_->turn(most - work, out);
  if (!queue_->empty() && work >= room) window_.full();
  while (room == 0 && light_taken_ < kLightInAll) {
    const uint64_t light = queue_->light_turn(kLightWork, out);
    if (light == 0) return;
    light_taken_ += light;
  }
}

void Admission::take_all(std::vector<Request>* out) {
  queue_->forget_costs();
  for (uint64_t work = 0; work < kTakeWork && !queue_->empty();) work += queue_->turn(kTakeWork - work, out);
}

void Admission::sent(WrittenFrame* frame, uint64_t now_us) {
  uint64_t work = 1000;
  for (WrittenFrame::From& f : frame->from) {
    work += costs_->price(f.connection, f.count, f.bytes);
    f.alone = costs_->costly(f.connection);
  }
  window_.sent(frame->base, frame->base + frame->count - 1, work, now_us);
  costs_->sent(frame->base, frame->from);
}

}  // namespace cep::engine

// When a window fires before its end: after every N events (`early count N`), or when the clock reaches a
// multiple of D after the event that opened it, if something has come since the last firing (`early every
// D`). The end itself, and late events, are the operator's affair.
#pragma once
#include <algorithm>
#include <cstdint>

#include "operators/window/assigner.h"
#include "state/encoder.h"

namespace cep::operators {

struct TriggerState {
  int64_t opened = kEndOfTime;  // the first moment at which the window may be looked at; kEndOfTime: not open yet
  int64_t look = kEndOfTime;    // the next moment at which it will be; kEndOfTime: nothing new
  int64_t count = 0;          // events since the last firing by count
  bool dirty = false;         // something has come since the last firing
};

inline void write_trigger(const TriggerState& s, state::Encoder* out) {
  const auto& [opened, look, count, dirty] = s;
  out->whole(opened);
  out->whole(look);
  out->whole(count);
  out->flag(dirty);
}
inline TriggerState read_trigger(state::Decoder* in) {
  TriggerState s;
  s.opened = in->whole();
  s.look = in->whole();
  s.count = in->whole();
  s.dirty = in->flag();
  return s;
}

class Trigger {
 public:
  explicit Trigger(const plan::WindowNode& w)
      : every_(w.early_processing ? -1 : w.early_every_ms),
        count_(w.early_count),
        processing_(w.early_processing) {}

  bool early() const { return every_ > 0 || count_ > 0 || processing_; }

  // An event for a window whose end the clock has not reached. True: it fires now.
  bool on_row(TriggerState* s, int64_t time, int64_t clock) const {
    if (every_ > 0) {
      if (s->opened == kEndOfTime) s->opened = next_multiple(std::max(time, clock), every_);
      s->look = clock == kNoTime ? s->opened : std::max(s->opened, next_multiple(clock, every_));
    }
    s->dirty = true;
    if (count_ <= 0 || ++s->count < count_) return false;
    s->count = 0;
    return true;
  }
  static void fired(TriggerState* s) {
    s->dirty = false;
    s->look = kEndOfTime;
  }
  // Two windows become one.
  static void merge(TriggerState* into, const TriggerState& from) {
    into->opened = std::min(into->opened, from.opened);
    into->look = std::min(into->look, from.look);
    into->count += from.count;
    into->dirty |= from.dirty;
  }

 private:
  int64_t every_, count_;
  bool processing_;
};

}  // namespace cep::operators

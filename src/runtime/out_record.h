// A record on its way to the sequencer: its label and its bytes without `channel`, `seq` and `suppressed`, which only the sequencer knows.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/event_time.h"
#include "cep/record.h"
#include "event/label.h"

namespace cep::runtime {

struct OutRecord {
  event::Label label;
  Channel channel = Channel::kAlerts;
  int node = -1;               // pattern or stream; -1: none
  std::string head;            // members up to `tags`: `"pattern":"p",…`; empty if the channel is not wanted
  std::string tail;            // the members after `suppressed`, each with its comma before it
  int64_t throttle_ms = -1;    // `at most once per D`
  std::string throttle_key;
  int64_t throttle_time = base::kNoTime;  // the event time that the throttle counts; kNoTime: that of the label
  bool cut = false;            // it was longer than the limit and says "truncated":true
};

}  // namespace cep::runtime

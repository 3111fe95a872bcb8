// What an engine says of itself, for people and metrics: no result depends on it.
#pragma once
#include <cstdint>
#include <string>

#include "cep/record.h"

namespace cep {

struct EngineStats {
  uint64_t lines = 0, events = 0, rejected = 0, late = 0, unrouted = 0, faults = 0;
  uint64_t records[kChannels] = {};
  uint64_t live_keys = 0, live_runs = 0, state_bytes = 0, waiting_rows = 0;
};

// Of one source stream, for people and metrics; no result depends on it.
struct StreamStats {
  std::string name;
  uint64_t events = 0, late = 0, rejected = 0;
  static constexpr int64_t kNoTime = INT64_MIN;
  int64_t watermark_ms = kNoTime;   // kNoTime: none yet
  int64_t greatest_ms = kNoTime;    // greatest event time seen
  int64_t arrival_ms = kNoTime;     // of its last event
  // Where an event or assertion far ahead of its arrival (kAheadDefaultMs, or the stream's `ahead` if that is less) has moved the clock: by how much it is ahead of the last arrival
  // (0: it is not), whose line that was and how many events were late since.
  int64_t ahead_ms = 0;
  std::string ahead_producer;       // empty: a plain connection
  uint64_t ahead_line = 0, ahead_position = 0, ahead_late = 0;   // line: of the session; 0: none
  std::string held_by;              // the stream of its feed (or `by` value) whose watermark holds the readers back; empty: itself
};

// Of one pattern, window or join with an alert or a reader.
struct OperatorStats {
  std::string name, kind, file;     // kind: "pattern", "window", "join", "stream", "table"
  uint64_t alerts = 0, timeouts = 0;  // records given
};

}  // namespace cep

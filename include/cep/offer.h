// What goes in: how a line is offered, and what became of it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace cep {

struct OfferOptions {
  std::string_view stream;     // default stream of lines without `_stream`; empty: none
  int64_t arrival_ms = kNoArrival;
  static constexpr int64_t kNoArrival = INT64_MIN;
  std::string_view producer;   // for `watermark … by _producer`
  uint64_t number = 0;         // of the line in the producer's session, for people; 0: it has none
  // A line as a client sent it: of the control lines it may be `_watermark` and `_end`; the others (`_at`, `_tick`, `_load` …) are rejected, since only
  // the daemon's journal may say them.
  bool client = false;
};

// How far ahead of its arrival an event may be where its stream does not say it.
inline constexpr int64_t kAheadDefaultMs = 5 * 60'000;

// What became of an offered line, for the sender.
struct OfferResult {
  bool rejected = false;
  std::string reason;          // of the first rejection
  // A {"_load":…} that cannot be obeyed: nothing was changed, and what follows it in the recorded stream means nothing. `reason` says why, with a caret at each mistake.
  bool load_failed = false;
};

// Where lines go that neither say their `_stream` nor come with a default one.
enum class UnnamedLines : uint8_t {
  kOneStream,  // to the only stream
  kByWhen,     // to the streams whose `when` holds
  kRejected,   // several streams (or none), none with `when`
};

}  // namespace cep

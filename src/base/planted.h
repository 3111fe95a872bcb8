// Bugs on demand: each names a mistake that the fault tests must catch. CEPD_PLANTED_BUG=name in the environment, or plant() in a test, switches one on; nothing else
// in the project looks at them. The list is in planted.cc; an unknown name aborts.
#pragma once
#include <string_view>

namespace cep::base {

enum class Bug {
  kNone,
  kAckBeforeSync,          // acknowledge before fsync
  kIgnoreChecksum,         // take a frame whose checksum is wrong
  kKeepTornTail,           // go on behind a torn tail
  kRetrySync,              // try a failed fsync again
  kReplayOffByOne,         // replay begins one entry late
  kSeqReset,               // seq begins at 1 after a restart
  kTakeoverInFlight,       // lines of an older epoch still count after a takeover
  kTrustPageCache,         // the last segment is not copied at a start
  kConfigOfToday,          // replay with today's patterns instead of the journal's
  kPushBlocks,             // a shard blocks in a push to another
  kBatchBorderShows,       // a batch border reaches a result
  kArrivalOfReplay,        // arrival from the clock at replay
  kReleaseBeforeDurable,   // a record is sent before its input is durable
  kSkipCompare,            // replayed records are not compared with the output log
};

// True if the bug is switched on. One load and a compare.
bool planted(Bug bug);
void plant(Bug bug);
// As in the environment: "ack-before-sync"; of kNone "none".
std::string_view bug_name(Bug bug);

}  // namespace cep::base

// Where the fault tests reach into the code: places at which they kill the process, positions at which they make a check fail, mistakes that they plant. Who calls these never knows
// whether anybody listens: a program links one of two libraries, cep_fault_none, whose functions are constants (cepd, cepctl), or cep_fault_hooks, which looks at the environment and
// at base/fault_control.h (the tests, cepd_faulty, cepctl_faulty).
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::base {

// A named place. With the hooks CEPD_KILL_POINT=name:N in the environment makes the Nth passing of `name` the end of the process, at once, as kill -9 does.
void kill_point(const char* name);

// The position of the input at which the check `name` is to fail, as it would at a line that the engine cannot stand; 0: none. With the hooks CEPD_CRASH_AT=NAME:POSITION sets it.
// Names: `ingest`, when the entry is about to be offered; `shard`, when a row or tick of it is worked.
uint64_t crash_position(std::string_view name);

// Bugs on demand: each names a mistake that the fault tests must catch.
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

// True if the bug is switched on: with the hooks by CEPD_PLANTED_BUG=name in the environment (the list is in planted.cc; an unknown name aborts).
bool planted(Bug bug);

}  // namespace cep::base

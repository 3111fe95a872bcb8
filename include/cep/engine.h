// The facade used alike by cepd, `cepctl replay`, `cepctl test` and tests: load a program, offer lines, take records. One thread at a time.
// Output is a function of the lines offered and their order (interfaces.md), whatever the options below `limits` say.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"

namespace cep {

enum class Channel : uint8_t { kAlerts, kTimeouts, kLate, kRejects, kLimits, kStreams };
inline constexpr int kChannels = 6;
std::string_view channel_name(Channel c);
// Returns false if there is no such channel.
bool parse_channel(std::string_view name, Channel* c);

struct EngineOptions {
  Limits limits;
  bool want[kChannels] = {true, true, true, true, true, true};  // channels nobody wants are numbered but not written
  bool test_alerts = false;    // `cepctl test`: patterns without alert that nothing reads count as `alert low`
  // These change nothing in the output:
  int shards = 1;              // 1 to 64
  uint32_t batch = 1000;       // lines per batch
  uint64_t seed = 0;           // of the order in which the shards are let run
  uint32_t channel_capacity = 16;
};

// One output record: the line (without its LF), canonical bytes.
struct Record {
  Channel channel = Channel::kAlerts;
  uint64_t seq = 0;            // 0 on `streams`
  std::string_view name;       // pattern or stream it belongs to; may be empty
  std::string_view line;       // valid during the callback
};

struct OfferOptions {
  std::string_view stream;     // default stream of lines without `_stream`; empty: none
  int64_t arrival_ms = kNoArrival;
  static constexpr int64_t kNoArrival = INT64_MIN;
  std::string_view producer;   // for `watermark … by _producer`
};

// What became of an offered line, for the sender.
struct OfferResult {
  bool rejected = false;
  std::string reason;          // of the first rejection
};

struct EngineStats {
  uint64_t lines = 0, events = 0, rejected = 0, late = 0, unrouted = 0, faults = 0;
  uint64_t records[kChannels] = {};
  uint64_t live_keys = 0, live_runs = 0, state_bytes = 0, waiting_rows = 0;
};

class Engine {
 public:
  using Sink = std::function<void(const Record&)>;

  // Compiles and starts. On errors returns null and says why in *diagnostics (which may hold warnings otherwise).
  static std::unique_ptr<Engine> create(const std::vector<SourceFile>& program, const EngineOptions& options, Sink sink,
                                        std::vector<Diagnostic>* diagnostics);
  virtual ~Engine() = default;

  // One event line without its LF (a CR at the end is dropped). Control lines are lines too. Records may come out now or at flush().
  virtual OfferResult offer(std::string_view line, const OfferOptions& options) = 0;
  // A line that could not be taken whole (over-long, cut): counted as a position and rejected with this reason.
  virtual void offer_broken(std::string_view first_bytes, std::string_view reason) = 0;
  // Works off everything offered so far: after it all records that the lines decide have come out.
  virtual void flush() = 0;
  // Decides all that is pending, as {"_end":{"stream":"*"}} does; includes flush().
  virtual void end() = 0;
  // Wall clock of the daemon (ms): lets `idle … advance` streams go on. Not for replay.
  virtual void tick(int64_t now_ms) = 0;

  virtual EngineStats stats() const = 0;
  // Names of source streams, in order of declaration.
  virtual std::vector<std::string> streams() const = 0;
  virtual bool has_stream(std::string_view name) const = 0;
};

}  // namespace cep

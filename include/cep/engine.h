// The facade used alike by cepd, `cepctl replay`, `cepctl test` and tests: load a program, offer lines, take records. One thread at a time.
// Output is a function of the lines offered and their order, whatever the options below `limits` say.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/diagnostic.h"
#include "cep/limits.h"
#include "cep/offer.h"
#include "cep/program.h"
#include "cep/record.h"
#include "cep/stats.h"
#include "cep/status.h"

namespace cep {

struct EngineOptions {
  Limits limits;
  uint32_t semantics = kSemanticsVersion;  // of the program; one that says its own is run by that
  bool want[kChannels] = {true, true, true, true, true, true};  // channels nobody wants are numbered but not written
  bool test_alerts = false;    // `cepctl test`: patterns without alert that nothing reads count as `alert low`
  // These change nothing in the output:
  int shards = 1;              // 1 to 64
  uint32_t batch = 1000;       // lines per batch
  uint64_t seed = 0;           // of the order in which the shards are let run
  uint64_t channel_bytes = 1 << 20;    // of each channel between shards
  uint64_t under_way_bytes = 8 << 20;  // with threads: rows and records of lines offered that have not come out yet; beyond it a batch waits
  // Of records that are made and wait for their turn, all shards together: what is more is written aside, to files without a name in spill_dir (empty: $TMPDIR, else /var/tmp).
  uint64_t made_bytes = 16 << 20;
  std::string spill_dir;
  static constexpr int kSpillFiles = 5;   // of a shard that are open at once
  uint64_t spill_reserve_bytes = 0;       // so much is left free on the disk of spill_dir
  // Asked while there is no room there: true: it is to be tried again; false, or null: it stays in memory. It may block, in the threads of the shards.
  std::function<bool()> wait_for_room;
  // Every shard and the sequencer in a thread of its own; `sink` and `before_release` are then called in the sequencer's thread. Engine's functions are still for
  // one thread at a time. Without it everything runs in the calling thread, shards in an order drawn from `seed`.
  bool threads = false;
  // Called before the records that positions up to `position` decide come out. It may block: until those positions are durable, say.
  std::function<void(uint64_t position)> before_release;
  // Called after them: no record of a position up to `position` will come any more. Never blocks.
  std::function<void(uint64_t position)> after_release;
  // With threads: a shard has worked positions up to `position`, for which it had `cpu_ns` of CPU and made records of `bytes`. Called in the shard's thread; never blocks.
  std::function<void(int shard, uint64_t position, uint64_t cpu_ns, uint64_t bytes)> after_shard;
};

class Engine {
 public:
  using Sink = std::function<void(const Record&)>;

  // Compiles and starts. On errors returns null and says why in *diagnostics (which may hold warnings otherwise).
  static std::unique_ptr<Engine> create(const std::vector<SourceFile>& program, const EngineOptions& options, Sink sink,
                                        std::vector<Diagnostic>* diagnostics);
  // The same of a whole program: `table_files` are taken from it, the disk is not looked at.
  static std::unique_ptr<Engine> create(const Program& program, const EngineOptions& options, Sink sink, std::vector<Diagnostic>* diagnostics);
  // Reads the files that the program's tables begin with into table_files. What cannot be compiled or read is said in *diagnostics; false on errors.
  static bool read_table_files(Program* program, std::vector<Diagnostic>* diagnostics);
  virtual ~Engine() = default;

  // One event line without its LF (a CR at the end is dropped). Control lines are lines too; what `cepctl journal cat` prints (event/recorded_line.h) is obeyed,
  // unless it is a client's: after a `_session` its stream and producer stand for those of the options. Records may come out now or at flush().
  virtual OfferResult offer(std::string_view line, const OfferOptions& options) = 0;
  // A line that could not be taken whole (over-long, cut): counted as a position and rejected with this reason.
  virtual void offer_broken(std::string_view first_bytes, std::string_view reason) = 0;
  // The next line, tick, load or end takes position p. REQUIRES p > every position taken so far. Without it positions count from 1.
  virtual void next_position(uint64_t p) = 0;
  // Puts another program in the place of this one, at a position of its own, after all that was offered before. Operators whose declaration and everything they
  // read stayed the same keep their state, clocks and rows; others begin empty and see lines from here on. False on errors: nothing has changed then, no
  // position is taken, and *diagnostics says why. Limits and shards: limits are those of the program from here on; shards stay.
  virtual bool load(const Program& program, std::vector<Diagnostic>* diagnostics) = 0;
  // Everything that the engine holds after what was offered so far (which is worked off first, as by flush()), as bytes: the program, too, but not the options below `limits`. Takes no
  // position and changes nothing.
  virtual std::string save() = 0;
  // An engine that goes on where save() was called, as if nothing had been in between: the same lines give the same records, with any number of shards. Of `options` those of the program
  // are the saved ones. An error: the bytes are no state, are damaged or are of a newer version.
  static Result<std::unique_ptr<Engine>> restore(std::string_view state, const EngineOptions& options, Sink sink);
  // Hands everything offered so far to the shards and does not wait for them.
  virtual void cut() = 0;
  // Works off everything offered so far: after it all records that the lines decide have come out.
  virtual void flush() = 0;
  // Decides all that is pending, as {"_end":{"stream":"*"}} does; includes flush().
  virtual void end() = 0;
  // Wall clock of the daemon (ms): lets `idle … advance` streams go on. Not for replay.
  virtual void tick(int64_t now_ms) = 0;
  // Takes the clock of the stream, and of those that are read together with it, back to where events within kAheadDefaultMs of their arrival (or `ahead`, if that is less) have brought it,
  // at a position of its own, after all that was offered before. All state is kept. A stream that is none, or a clock that is right: nothing happens.
  virtual void reset_clock(std::string_view stream) = 0;
  // Whether a tick can change anything with this program (`idle … advance`, `early … processing`); if not, none need be given.
  virtual bool wants_ticks() const = 0;

  virtual EngineStats stats() const = 0;
  virtual std::vector<StreamStats> stream_stats() const = 0;
  virtual std::vector<OperatorStats> operator_stats() const = 0;
  // Names of source streams, in order of declaration.
  virtual std::vector<std::string> streams() const = 0;
  virtual bool has_stream(std::string_view name) const = 0;
  virtual UnnamedLines unnamed_lines() const = 0;
  // In force: of the program loaded last.
  virtual const Limits& limits() const = 0;
  virtual uint32_t semantics() const = 0;
};

}  // namespace cep

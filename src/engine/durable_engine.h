// The engine with a memory: journal, producer sessions, threads, output log, recovery behind one object. cepd's server is its one client; `test/sim` drives the same parts in
// one thread (engine/stages.h).
//
//   I/O thread ─ offer, hello, load ─▶ [queue] ─▶ journal thread: session table, frames, group sync ─▶ [queue] ─▶ ingest thread: Engine ─▶ shards ─▶ sequencer ─▶ output log
//        ▲                                             │ welcome, ack, taken over                    │ rejected                            │ published
//        └───────────── take_notices() ◀───────────────┴─────────────────────────────────────────────┴────────────────────────────────────┘
//
// A line is durable before it is acknowledged and before a record that it decides is published. After a start the journal is replayed from its beginning and each record made again
// is compared with the output log; only then are lines taken. What fails for good (a sync, a full disk, a divergence) is a notice kFailed: the process ends.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/histogram.h"
#include "cep/engine.h"
#include "cep/program.h"
#include "cep/status.h"
#include "engine/state_sizes.h"
#include "journal/entry.h"
#include "output/file_output.h"
#include "output/output_log.h"

namespace cep::engine {

struct DataDir;

struct DurableOptions {
  base::Env* env = nullptr;
  std::string data_dir;
  int shards = 1;
  int64_t sync_ms = 5;                    // group commit: the journal is synced this often at most
  uint64_t segment_bytes = 64 << 20;
  uint64_t queue_bytes = 16 << 20;        // of each queue between threads, which holds less where that is more than some ms of work
  uint64_t disk_reserve_bytes = 2ull << 30;
  uint64_t memory_bytes = 0;              // limits.memory: above it nothing is read from producers; 0: no bound
  uint64_t address_bytes = 0;             // RLIMIT_AS; 0: none
  int64_t producer_ttl_ms = 30ll * 24 * 3600 * 1000;
  uint64_t producers_most = 200'000;      // ids that are known at once
  uint64_t consumers_most = 10'000;       // places that are kept, of a consumer on a channel each
  int64_t consumer_ttl_ms = 30ll * 24 * 3600 * 1000;   // of running time; 0: none is forgotten
  output::OutputLogOptions output;
  std::vector<output::FileOutputOptions> files;
  // Of who opens it in a thread of its own (opening_engine.h).
  std::shared_ptr<DataDir> opened_dir;    // with its lock; null: open() takes it
  std::function<void(uint64_t read, uint64_t total)> scan_progress;   // bytes of the journal; null: nobody asks
  std::function<bool()> give_up;          // true: what is being opened is not wanted any more; null: never
};

// Whole lines of one connection, in order, as entries of the journal (append_line, append_broken). From a connection without a session: producer empty.
struct LineBatch {
  uint64_t connection = 0;     // for answers
  std::string producer;
  uint64_t epoch = 0;          // of the welcome
  std::string stream;          // default stream
  uint64_t first_number = 0;   // of its first line: in the session or, plain, in the connection (from 1)
  uint32_t count = 0;
  std::string entries;
};

// What happened, for the I/O thread.
struct Notice {
  enum class Kind : uint8_t {
    kWelcome,    // connection; number: the next line's; epoch. All that was accepted of this producer before is durable
    kAck,        // connection of a session; number: its lines up to this one are durable
    kTakenOver,  // connection: another has its producer id now; nothing more of it is taken
    kRefused,    // connection: its hello is not answered with a welcome; text: why
    kRejected,   // connection; number: the line's; text: the reason. Of broken lines too
    kFinished,   // connection: after finish(), when all its lines have been worked (while held: are durable). Behind all their kAck and kRejected
    kRoom,       // connection: lines of it that offer() refused may be taken now
    kRecords,    // the output log has more
    kLoaded,     // request; text: empty if done, else what was wrong
    kReady,      // recovery is over (or the daemon is held: see status())
    kFailed,     // text: why the process must end
  };
  Kind kind = Kind::kRecords;
  uint64_t connection = 0;
  uint64_t number = 0;
  uint64_t epoch = 0;
  uint64_t request = 0;
  std::string text;
};

enum class Phase : uint8_t { kRecovering, kReady, kHeld, kStopping, kFailed };

struct Quantiles {
  double p50 = 0, p99 = 0, max = 0;
};

// A picture of it all, for /api/v1/status, /metrics, /readyz; at most a moment old.
struct DurableStatus {
  Phase phase = Phase::kRecovering;
  bool opening = false;                   // of kRecovering: the files are still being looked through; nothing else below is known but the two numbers of bytes
  std::string why;                        // of kHeld and kFailed, with the way out
  bool no_room = false;                   // disk.reserve is met: nothing is read until there is room
  bool memory_full = false;               // limits.memory is met: nothing is read until there is less
  uint64_t memory_used = 0, memory_bound = 0;   // bytes; bound 0: there is none
  std::string memory_text;                // of memory_full: how much, and who holds the most
  uint64_t recovered_bytes = 0, recover_bytes = 0;   // of the journal, while recovering
  uint64_t journal_next = 1, journal_durable = 0;    // positions
  uint64_t journal_bytes = 0;
  Quantiles sync_seconds;                 // of the journal's syncs since the start
  base::TimeBuckets sync_times;           // the same syncs
  uint64_t worked = 0;                    // positions whose records are out
  uint64_t held_position = 0;             // of kHeld
  uint64_t producers = 0, live_producers = 0;
  uint64_t queue_bytes[2] = {};           // to the journal, to ingest
  int64_t wall_offset_ms = 0;             // how far the wall clock is ahead of the clock of arrivals
  EngineStats engine;
  std::vector<StreamStats> streams;
  std::vector<OperatorStats> operators;
  std::vector<StateSize> state_sizes;
  output::ChannelPlace channels[kChannels];
  uint64_t loads = 0;                     // since the start
  uint64_t load_position = 0;             // of the set in force
  std::map<std::string, std::string> file_errors;   // file outputs that cannot go on, by path: what is wrong. They are tried again
  std::string last_load_error;            // of the last load that failed; empty: the last one was good
};

// A file of the pattern set in force.
struct PatternFile {
  std::string name;            // its path
  journal::Origin origin = journal::Origin::kDisk;
  std::string text;
  std::string called;          // what it is called: its last parts, as many as mean no other (engine/file_names.h)
};

// Pattern files that come and go together, by their last parts; none is in both lists, none twice.
struct FileChange {
  std::vector<SourceFile> put;        // over those of the same name
  std::vector<std::string> removed;
};

// "the clock of tx is 23h ahead of arrivals, set by line 7 of gw-7, 1010 events late since"; empty: it is not ahead.
std::string ahead_text(const StreamStats& stream);

class DurableEngine {
 public:
  // Locks the data directory, opens journal and output log. *diagnostics: mistakes in `program` (the files on disk and their table files), if that is why it failed.
  // `program` is in force from the journal's end on, unless its last load was the same.
  static Result<std::unique_ptr<DurableEngine>> open(const DurableOptions& options, const Program& program, std::vector<Diagnostic>* diagnostics);
  virtual ~DurableEngine() = default;

  // Starts the threads; recovery begins. `notify` is called from any of them when there are notices after there were none; it must only wake the I/O thread.
  virtual void start(std::function<void()> notify) = 0;

  // ---- from here on: one thread, the I/O thread, unless said otherwise
  virtual void take_notices(std::vector<Notice>* out) = 0;   // appends
  // Takes the lines: true. False: no room now for this connection, which may fill its own part of the queue alone; keep them, stop reading its socket, offer them again at its kRoom.
  virtual bool offer(LineBatch* batch) = 0;
  // A producer session begins on this connection: kWelcome follows, or kRefused for a new id when producers_most are known. The connection that had the id before gets kTakenOver. `stream` is the session's default stream.
  virtual void hello(uint64_t connection, std::string_view producer, std::string_view stream) = 0;
  // Nothing more is offered on this connection: kFinished follows once what was offered has been worked. It goes the way of the lines, behind them, so it costs nothing else.
  virtual void finish(uint64_t connection) = 0;
  // The connection is closed: no more notices for it.
  virtual void goodbye(uint64_t connection) = 0;

  // Silence, for `idle … advance` and `early … processing`. Whether the program in force asks for it.
  virtual bool wants_silence() const = 0;
  // The clock by which arrivals are stamped (arrival_clock.h), now.
  virtual int64_t arrival_ms() = 0;
  // All that had come to the sockets when that clock said `at_ms` has been offered: who had sent nothing by then was silent. Where calls are more than a second apart the time between
  // them is a pause, and no silence.
  virtual void all_read(int64_t at_ms) = 0;

  // The pattern set. Each makes one `load` at a position of its own if what results is good and differs; kLoaded with the number returned here follows. A set with an
  // error changes nothing and its diagnostics, as `cepctl check` prints them, are the text.
  // They are made one after the other, in a thread of their own: a large set takes seconds to compile.
  virtual uint64_t reload(std::function<Result<Program>()> read) = 0;  // SIGHUP: the files on disk as `read` finds them then, or what is wrong with them
  virtual uint64_t change_files(FileChange change) = 0;                // all of it or nothing
  // The clock of the stream goes back to where its right events have brought it (Engine::reset_clock), at a position of the journal; kLoaded with the number returned here follows.
  virtual uint64_t reset_clock(std::string_view stream) = 0;
  // What is doubtful about a load that was taken, as `cepctl check` prints it, and which lines it shuts out; empty: nothing. Asked once, when its kLoaded has come.
  virtual std::string take_load_warnings(uint64_t request) = 0;
  virtual std::vector<PatternFile> files() const = 0;   // any thread; copies their texts

  // Consumers of the output log (any thread). What is acknowledged after stop() is kept too. Any bytes are a name: none can touch the place of a file output.
  virtual uint64_t acknowledged(Channel channel, std::string_view consumer) const = 0;
  // An error: a new place when consumers_most are kept; it says the way out.
  virtual Status acknowledge(Channel channel, std::string_view consumer, uint64_t seq) = 0;
  // The consumer is there, or no longer: its place is not forgotten while it is. A call for each connection, in pairs.
  virtual void attend(Channel channel, std::string_view consumer, bool there) = 0;
  virtual const output::OutputLog& log() const = 0;
  // 32 hex digits, made once with the data directory.
  virtual const std::string& log_id() const = 0;

  virtual DurableStatus status() const = 0;   // any thread; what it costs grows with the program
  // The same without what grows: streams, operators, state_sizes, channels, file_errors, last_load_error. Any thread.
  virtual DurableStatus brief_status() const = 0;
  // The daemon stops: what has come is still taken, although limits.memory is met. Any thread; once, before stop().
  virtual void closing() = 0;
  // Nothing more is offered: all that was taken becomes durable, is worked and published; then the threads end: notify is not called any more. While it recovers the recovery is given
  // up instead. Returns what failed, if anything. Call once, after start().
  virtual Status stop() = 0;
};

}  // namespace cep::engine

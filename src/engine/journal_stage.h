// The one place where lines of all connections become one order: requests are gathered into frames, frames are written, then synced, and only then is anything acknowledged.
// A passive object: the daemon runs it in a thread of its own, the simulation in the test's.
//
//   take…() ─▶ write() ─▶ frames for ingest ─▶ sync() ─▶ welcomes and acknowledgements
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/env.h"
#include "engine/arrival_clock.h"
#include "engine/durable_engine.h"
#include "engine/session_table.h"
#include "journal/entry.h"
#include "journal/writer.h"

namespace cep {
class PreparedLoad;
}

namespace cep::engine {

// A load entry as the one who asked for it has it: what reading it back would give, and what the engine takes (null: it compiles it).
struct ReadyLoad {
  std::shared_ptr<const journal::Load> load;
  std::shared_ptr<PreparedLoad> prepared;
};

// A frame that is written, on its way to ingest. `from`: which lines came from which connection, for answers; it is not in the journal and changes no result.
struct WrittenFrame {
  struct From {
    uint32_t first = 0;          // its first entry that takes a position, counted from the frame's base
    uint32_t count = 0;
    uint64_t connection = 0;
    uint64_t number = 0;         // of its first line, as the connection counts
    uint64_t bytes = 0;          // of its entries
    bool alone = false;          // they are costly: worked in batches of their own, so that it shows what they cost
  };
  uint64_t base = 0;
  uint32_t count = 0;
  int64_t arrival_ms = 0;
  bool closed = false;           // nothing more goes into it
  std::string payload;
  std::vector<From> from;
  std::vector<uint64_t> loads;   // requests of the load and reset entries in it, in order
  std::vector<ReadyLoad> ready;  // of the load entries alone
  std::vector<uint64_t> finished;  // connections that have nothing behind it

  journal::Frame frame() const { return {base, count, arrival_ms, payload}; }
};

class JournalStage {
 public:
  static constexpr size_t kFrameBytes = 256 << 10;   // a frame is closed when it has reached them
  static constexpr int64_t kReturnMs = 3600 * 1000;

  // `sessions`: as the journal's entries left them; `last_arrival_ms`: of its last frame. All must outlive the stage.
  // `producers_most`: a hello with a new id is refused when so many are known.
  JournalStage(base::Env* env, journal::Writer* writer, SessionTable* sessions, int64_t last_arrival_ms, uint64_t producers_most);

  // Lines of one connection. Those of an epoch that is over are discarded.
  void take_lines(LineBatch batch);
  // A new epoch for the producer; the connection that had it before is told at once (*out), the welcome comes with the sync. Or a refusal, at once.
  void take_hello(uint64_t connection, std::string_view producer, std::string_view stream, std::vector<Notice>* out);
  // The connection is closed: no welcome and no acknowledgement for it any more.
  void take_goodbye(uint64_t connection);
  // Nothing more comes from the connection: behind the sync of its lines finished() says so.
  void take_finish(uint64_t connection) { finishing_.push_back(connection); }
  // All that had come when clock() said `at_ms` was taken before: a tick. But where more than kPauseMs have passed since the last one, nothing was looked at meanwhile, and that was
  // no silence for `idle`: a pause. So is the time before the first one.
  void take_silence(int64_t at_ms);
  static constexpr int64_t kPauseMs = 1000;
  void take_load(uint64_t request, std::shared_ptr<const journal::Load> load, std::shared_ptr<PreparedLoad> prepared = nullptr);
  // The journal's last load entry, skipped or not: files that it holds are named in the next one, not written again. Call it before anything is taken.
  void set_last_load(std::shared_ptr<const journal::Load> load) { last_load_ = std::move(load); }
  // The clock of this stream is to go back (Engine::reset_clock).
  void take_reset(uint64_t request, std::string_view stream);
  // Forgets the producers that were not seen for `ttl_ms`, if they could have come back: for as long, an hour at most, the daemon has been there for them (since the first call) and
  // they have had no connection.
  void forget_unseen(int64_t ttl_ms);

  bool anything_to_write() const { return !frames_.empty(); }
  // Writes what was taken and appends the frames to *out. Errors are final.
  Status write(std::vector<WrittenFrame>* out);
  // Marks for ingest, as a frame without entries, if all that came before them is durable; an empty list otherwise.
  WrittenFrame finished();
  bool anything_to_sync() const { return writer_->durable_position() + 1 < writer_->next_position(); }
  // Makes all that was written durable, then tells who waits for it. Errors are final.
  Status sync(std::vector<Notice>* out);

  // By which everything is stamped.
  ArrivalClock& clock() { return clock_; }

  uint64_t next_position() const { return writer_->next_position(); }
  uint64_t durable_position() const { return writer_->durable_position(); }
  uint64_t journal_bytes() const { return writer_->bytes(); }
  const SessionTable& sessions() const { return *sessions_; }

 private:
  struct Waiting {               // for a sync
    uint64_t connection = 0;
    bool welcome = false;
    bool gone = false;           // the connection is closed
    uint64_t number = 0;         // welcome: the next; otherwise: acknowledged up to
    uint64_t epoch = 0;
  };

  WrittenFrame& frame();
  void wait_for_sync(Waiting waiting);
  void append_tick(int64_t at_ms, int64_t arrival_ms);
  void tell(std::vector<Notice>* out);

  base::Env* env_;
  journal::Writer* writer_;
  SessionTable* sessions_;
  uint64_t producers_most_;
  std::vector<WrittenFrame> frames_;          // taken, not written
  uint64_t next_ = 1;                         // position of the next entry taken
  ArrivalClock clock_;
  int64_t last_arrival_ms_;                   // of the journal when it was opened
  std::optional<int64_t> looked_ms_;          // of the last take_silence
  std::optional<uint64_t> began_us_;          // steady clock, of the first forget_unseen
  std::vector<Waiting> waiting_;              // taken or written, not synced; one acknowledgement a connection
  std::unordered_map<uint64_t, std::vector<size_t>> waiting_of_;  // by connection: its places in waiting_
  std::vector<uint64_t> finishing_;
  std::shared_ptr<const journal::Load> last_load_;  // taken; null: none
  std::map<uint64_t, std::string> producers_;  // by connection
};

}  // namespace cep::engine

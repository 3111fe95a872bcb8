// Journal entries → Engine: the same code for what comes in now and for what is read back after a start, so that both give the same records. A passive object, one thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/engine.h"
#include "engine/accepted.h"
#include "engine/durable_engine.h"
#include "engine/journal_stage.h"
#include "journal/entry.h"
#include "journal/writer.h"

namespace cep::engine {

class IngestFeed {
 public:
  // `options` and `sink` are those of the engine, which the first load makes. `skips`: positions that kSkip entries of the journal name; their lines are rejects, their ticks
  // and loads nothing.
  IngestFeed(base::Env* env, const EngineOptions& options, Engine::Sink sink, std::map<uint64_t, std::string> skips);

  // Where the numbers of records are not those that the engine counts, in order.
  void set_accepted(std::vector<Accepted> accepted) { accepted_ = std::move(accepted); }

  // Offers all entries of the frame up to position `upto`. Errors: bytes that are no entries, a load that does not compile, a line before the first load.
  Status feed(const journal::Frame& frame, uint64_t upto = UINT64_MAX);
  // The same of a frame that was just written: answers for rejected lines and loads go to *out.
  Status feed(const WrittenFrame& frame, std::vector<Notice>* out);

  // Each position in a batch of its own, worked before the next is offered (held mode's search for the position that fails).
  void set_careful(bool careful) { careful_ = careful; }
  // What a planted bug loads in the place of the journal's program; nothing else looks at it.
  void set_program_of_today(const Program* program) { of_today_ = program; }
  // For tests: called before each line, tick or load that is processed; null: never.
  void set_on_position(std::function<void(uint64_t)> f) { on_position_ = std::move(f); }

  // What is fed takes this thread's CPU time: nanoseconds are added here, before the shards tell of what was fed.
  void count_into(std::atomic<uint64_t>* spent_ns) { spent_ns_ = spent_ns; }

  // Null before the first load and behind end().
  Engine* engine() { return engine_.get(); }
  // Ends the engine and its threads: what is under way is dropped. Afterwards nothing comes to the sink and to the hooks any more.
  void end() { engine_.reset(); }
  uint64_t load_position() const { return load_position_; }
  uint64_t loads() const { return loads_; }
  uint64_t next_position() const { return next_; }
  // Positions up to this one are worked when the engine has released `released`: entries that concern the journal alone, such as sessions, decide nothing. Any thread.
  uint64_t worked(uint64_t released) const;

 private:
  Status entry(const journal::Entry& e, uint64_t position, const journal::Frame& frame, OfferResult* result);
  Status load(const journal::Entry& e, uint64_t position);
  void renumber_before(uint64_t position);
  // The load that the entry says, read or as the one who asked for it has it.
  Result<ReadyLoad> ready_load(const journal::Entry& e);
  void cut_at_border(uint32_t index);
  void count_spent();

  base::Env* env_;
  EngineOptions options_;
  Engine::Sink sink_;
  std::map<uint64_t, std::string> skips_;
  std::vector<Accepted> accepted_;
  size_t accepted_done_ = 0;       // of them the engine was told
  std::unique_ptr<Engine> engine_;
  journal::Source source_;         // of the lines that follow in the frame
  uint64_t lines_of_source_ = 0;   // that have come of it
  bool careful_ = false;
  const Program* of_today_ = nullptr;
  std::function<void(uint64_t)> on_position_;
  uint64_t load_position_ = 0, loads_ = 0, next_ = 1;
  std::atomic<uint64_t> asked_{0};          // the last position that the engine was given
  std::atomic<uint64_t> fed_{0};            // all entries up to it were looked at; asked_ is written before
  std::vector<Notice>* out_ = nullptr;      // of the frame being fed
  const WrittenFrame* written_ = nullptr;
  size_t frame_loads_ = 0;                  // load entries of the frame so far
  std::shared_ptr<const journal::Load> load_entry_;   // the last one, skipped or not
  size_t border_ = 0;                       // of its `from`, the first that has not begun
  std::atomic<uint64_t>* spent_ns_ = nullptr;
  uint64_t counted_ns_ = 0;                 // of the thread, when it was counted last
};

}  // namespace cep::engine

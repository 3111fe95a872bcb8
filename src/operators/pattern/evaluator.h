// The interface of the pattern evaluators: runs now; others may come beside it. An evaluator holds the partial
// matches of all keys of one pattern on one shard. It is driven in event-time order; it never sees a clock, a thread or a batch.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cep/limits.h"
#include "event/row.h"
#include "expr/program.h"
#include "plan/plan.h"
#include "state/row_codec.h"

namespace cep::operators {

class SavedAutomaton;  // run_codec.h

// A match or timed-out partial match, valid only during the call that hands it over. Implements History, so that `select` and messages are
// evaluated over it.
class Match : public expr::History {
 public:
  struct Taken {
    int stage;              // index in PatternNode::stages
    const event::Row* row;
  };
  virtual std::span<const Taken> taken() const = 0;  // in the order taken
};

enum class LimitKind : uint8_t { kRunsPerKey, kMatchesPerEvent };

class MatchSink {
 public:
  virtual ~MatchSink() = default;
  // end: the event time at which the match ends. release: the event time being processed when it comes out.
  virtual void on_match(uint32_t key, const Match& match, int64_t end, int64_t release) = 0;
  // Only for patterns with on_timeout. end: first + within (or last + gap); also its time.
  virtual void on_timeout(uint32_t key, const Match& partial, int64_t end) = 0;
  // A limit was met at this event (or moment): how many were dropped. Once per (key, event, kind).
  virtual void on_limit(uint32_t key, LimitKind kind, uint64_t dropped, int64_t time) = 0;
  // The key was live (process() had returned true) and holds no run and no match any more: the caller may give its number to another key.
  // For a key that never became live it does not come: there process() returns false.
  virtual void on_idle(uint32_t key) = 0;
};

class Evaluator {
 public:
  virtual ~Evaluator() = default;

  // One event of one key. Events of one key come in order of (time, position); `time` never goes back over all keys between two calls of
  // expire(INT64_MAX). REQUIRES expire(row.time, …) was called. `sequence` rises with every row given to any evaluator of the shard: the order of
  // events of a key. `bits`: bit i is the value of predicate i for this row, for predicates that do not read history (others 0).
  // The row is copied if taken. Returns whether the key is live afterwards (holds runs or held matches).
  virtual bool process(uint32_t key, const event::Row& row, uint64_t sequence, const uint64_t* bits, MatchSink* sink) = 0;

  // The earliest moment at which time ends something; INT64_MAX if there is none.
  virtual int64_t next_deadline() const = 0;

  // Ends, in order of the moments (keys of one moment in the order of their first timer), everything that ends at or before `until`.
  virtual void expire(int64_t until, MatchSink* sink) = 0;

  // Whether a row for which no predicate bit is set, of a key that is not live, can change anything.
  virtual bool can_begin(const uint64_t* bits) const = 0;

  // Other limits from here on. What is more than they allow goes when its key next has an event.
  virtual void set_limits(const Limits& limits) = 0;

  // What a live key holds, as bytes (run_codec.h). `rows`: of the inputs of the pattern.
  virtual void save(uint32_t key, const state::RowCodec& rows, state::Encoder* out) = 0;
  // Into a key that holds nothing, which is live then. False if the bytes are none that save() wrote; the key holds nothing then. Before any event.
  virtual bool load(uint32_t key, const SavedAutomaton& names, state::RowCodec* rows, state::Decoder* in) = 0;

  struct Stats {
    uint64_t keys = 0, runs = 0, held = 0, bytes = 0;
  };
  virtual Stats stats() const = 0;
};

// The run evaluator: explicit runs with shared history. `pattern` and `tables` must outlive it.
std::unique_ptr<Evaluator> make_run_evaluator(const plan::PatternNode& pattern, const Limits& limits,
                                              const expr::Tables* tables = nullptr);

}  // namespace cep::operators

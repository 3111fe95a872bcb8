// One join of the plan on one shard. Rows come in the order of positions; pairs come out at once (interval) or at the end of the window (window joins).
// Flink's IntervalJoinOperator and its window join are the model. State is bounded by the watermark.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "event/row.h"
#include "plan/plan.h"
#include "state/row_codec.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::operators {

class JoinSink {
 public:
  virtual ~JoinSink() = default;
  // A pair, or a left row without a partner (b null; only for `left`). Returns whether the pair fulfils `where` (it is then a partner; the sink has sent it). Rows are valid
  // during the call. start: a's (window joins: the window's start); end, time: the derived event's time (later of the two; window joins: window end - 1 ms;
  // an unmatched left row: the end of its bounds). fires: the label's time: what the clock decides fires at the deadline, what a row brings at `clock`.
  virtual bool on_pair(std::string_view key, const event::Row& a, const event::Row* b, int64_t start, int64_t time, int64_t fires) = 0;
};

class JoinOperator {
 public:
  virtual ~JoinOperator() = default;
  // A row of side row.input (0: A, 1: B). REQUIRES takes_join(…) held.
  virtual void row(std::string_view key, const event::Row& row, int64_t clock, JoinSink* sink) = 0;
  // A row of A of a `left` join whose key has a null in it: it has no partner and comes out alone. REQUIRES no other row has this key but such rows.
  virtual void lone_row(std::string_view key, const event::Row& row, int64_t clock, JoinSink* sink) { this->row(key, row, clock, sink); }
  virtual int64_t next_deadline() const = 0;
  virtual void advance(int64_t from, int64_t to, JoinSink* sink) = 0;
  // All that it holds, as entries of operator `op` (state/part.h). `rows`: of its two sides.
  virtual void save(uint32_t op, const state::RowCodec& rows, state::StateWriter* out) const = 0;
  // REQUIRES that it is new. An error: the state is none that a join of this declaration saved; it is of no use then.
  virtual Status load(uint32_t op, state::RowCodec* rows, const state::StateReader& in) = 0;
  struct Stats {
    uint64_t keys = 0, rows = 0, bytes = 0;
  };
  virtual Stats stats() const = 0;
};

std::unique_ptr<JoinOperator> make_join_operator(const plan::JoinNode& join);

// Whether a row of this time is taken: interval joins drop late rows, window joins take it while one of its windows is open.
bool takes_join(const plan::JoinNode& join, int64_t time, int64_t watermark);

}  // namespace cep::operators

// Explicit runs with shared history: any condition, any skip strategy; the measure of the compact evaluators to
// come. One event of one key:
//   1. every run of the key is replaced in place by its results (outcome_table.h), then a fresh run begins;
//   2. beyond limits.runs_per_key the oldest beginnings are dropped;
//   3. the matches of the event are settled: put in order, held, emitted, with the skip strategy applied;
//   4. timers are set; a key without runs and held matches is forgotten.
// Time works likewise: the runs that end at a moment are taken out, then 3 and 4.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <optional>
#include <vector>

#include "operators/pattern/evaluator.h"
#include "operators/pattern/key_state.h"
#include "operators/pattern/outcome_table.h"
#include "operators/pattern/run_codec.h"
#include "operators/pattern/run_store.h"
#include "operators/pattern/timer_queue.h"

namespace cep::operators {

// The conditions that read a run's history, evaluated for one run and one event.
class RunConditions final : public HistoryValues {
 public:
  RunConditions(const std::vector<plan::Predicate>& predicates, const StageTotals* totals,
                const expr::Tables* tables);

  void set_event(const event::Row& row) { context_.row = &row; }
  void set_run(const Run& run) { run_ = &run; }
  bool holds(uint16_t predicate) override;

 private:
  const std::vector<plan::Predicate>& predicates_;
  std::vector<std::optional<expr::Program>> programs_;  // of predicates that read history
  RunHistory history_;
  expr::Arena arena_;
  expr::EvalContext context_;
  const Run* run_ = nullptr;
};

// A list of taken events as the sink sees it.
class RunMatch final : public Match {
 public:
  void set(const HistoryNode* last);

  std::span<const Taken> taken() const override;
  size_t count(int stage) const override { return history_.count(stage); }
  const event::Row* last(int stage, size_t n) const override { return history_.last(stage, n); }
  const event::Row* first(int stage, size_t n) const override { return history_.first(stage, n); }
  void rows(int stage, std::vector<const event::Row*>* out) const override { history_.rows(stage, out); }

 private:
  const HistoryNode* last_ = nullptr;
  RunHistory history_;
  mutable bool listed_ = false;
  mutable std::vector<Taken> taken_;
};

class RunEvaluator final : public Evaluator {
 public:
  RunEvaluator(const plan::PatternNode& pattern, const Limits& limits, const expr::Tables* tables);

  bool process(uint32_t key, const event::Row& row, uint64_t sequence, const uint64_t* bits,
               MatchSink* sink) override;
  int64_t next_deadline() const override;
  void expire(int64_t until, MatchSink* sink) override;
  bool can_begin(const uint64_t* bits) const override { return begin_test_(bits); }
  void set_limits(const Limits& limits) override { limits_ = limits; }
  void save(uint32_t key, const state::RowCodec& rows, state::Encoder* out) override;
  bool load(uint32_t key, const SavedAutomaton& names, state::RowCodec* rows, state::Decoder* in) override;
  Stats stats() const override;

 private:
  // The event that is being processed.
  struct Current {
    const event::Row* row;
    uint64_t sequence;
    const uint64_t* bits;
    TakenEvent* event;  // the copy, once a run has taken it; owns a reference
  };
  // Where a moment's records go.
  struct Moment {
    uint32_t key;
    int64_t time;
    MatchSink* sink;
    uint64_t sent = 0;
  };

  // 1.
  void step_all(KeyState* k, Current* now);
  void step(const Run& run, KeyState* k, Current* now);
  void take(const Run& run, const OutcomeStep& s, KeyState* k, Current* now);
  const HistoryNode* node_for(const Run& run, int stage, Current* now);
  void put(const Run& run, KeyState* k);
  void finish(const HistoryNode* last, uint64_t begin);
  // 2.
  void bound_runs(KeyState* k);
  void bound_held(KeyState* k, Moment* m);
  // 3.
  void settle(KeyState* k, Moment* m);
  void settle_at_once(Moment* m);
  void settle_in_order(KeyState* k, Moment* m);
  void hold(std::vector<Finished>* held);
  void emit(const Finished& f, Moment* m);
  void drop_first(KeyState* k, size_t runs);
  void drop_surplus_matches();
  bool comes_before(const Finished& a, const Finished& b);
  auto in_order() {
    return [this](const Finished& a, const Finished& b) { return comes_before(a, b); };
  }
  // 4.
  void arm(TimerQueue* queue, int64_t deadline, uint32_t key);
  bool still_wanted(const Timer& t) const;
  void set_timers(uint32_t key, const Current& now);
  void report(const Moment& m);
  bool close(KeyState* k, bool was_live, const Moment& m);

  // Time.
  void pop_due(int64_t moment);
  void end_runs(uint32_t key, int64_t moment, MatchSink* sink);
  void send_timeouts(const Moment& m);
  int64_t deadline(const Run& run) const;

  static constexpr size_t kKeptKeyStates = 4096;  // worth keeping for the next burst
  KeyState* acquire();
  void give_back();

  const plan::PatternNode& pattern_;
  Limits limits_;
  BeginTest begin_test_;
  OutcomeTable outcomes_;
  const StageTotals totals_;
  RunConditions conditions_;
  RunStore store_;
  RunCodec codec_;
  boost::unordered_flat_map<uint32_t, KeyState*> keys_;  // live keys only; never iterated for a result
  std::deque<KeyState> key_states_;
  std::vector<KeyState*> free_key_states_;
  TimerQueue within_, gap_, state_gap_;

  // Scratch of one event or moment.
  size_t readable_ = 0, written_ = 0;   // runs[0, written_) are results as far as slots are free; then spill_
  std::vector<Run> spill_;
  std::vector<Finished> done_;          // matches of this event, in order of preference
  std::optional<Finished> worst_;       // of those in it that may be sent, once there are as many as may be
  std::vector<std::pair<int, const HistoryNode*>> nodes_;  // made for the run that is stepped, by stage
  uint64_t doomed_ = kNotBegun;         // a beginning whose further results are dropped
  uint64_t dropped_runs_ = 0, dropped_matches_ = 0;
  bool began_ = false, took_ = false;
  std::vector<Finished> timeouts_;
  std::vector<std::pair<uint64_t, uint32_t>> due_;  // (least beginning that ends, key)
  std::vector<uint32_t> due_keys_;
  std::vector<int64_t> state_gaps_;     // deadlines asked for by the step
  MatchOrder order_;
  RunMatch match_;
};

}  // namespace cep::operators

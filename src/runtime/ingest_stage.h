// The one place where order is made: lines become positions, rows, clocks, late and rejected records, batches. A pure function of the lines (and of what stands
// in control lines); nothing after it looks at anything else.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/nearest.h"
#include "cep/engine.h"
#include "event/line_decoder.h"
#include "plan/plan.h"
#include "runtime/clock.h"
#include "runtime/flow.h"
#include "runtime/loaded.h"
#include "runtime/pipeline.h"
#include "runtime/table_store.h"
#include "plan/physical/topology.h"

namespace cep::runtime {

class IngestStage : private FlowSink {
 public:
  // `loaded`, whose tables it updates, and the pipeline must outlive it.
  IngestStage(Loaded* loaded, const EngineOptions& options, Pipeline* pipeline);
  ~IngestStage();  // rows that were not handed over yet go with it. The pipeline must still be there
  // Carries on the clocks, positions and counters of the stage of the program before. The load takes the next position. To be called before anything else.
  void take_over(const IngestStage& before);

  // Positions, counters, clocks (state/part.h). REQUIRES work_off() was the last call.
  void save(state::StateWriter* out) const;
  // To be called before anything else; takes no position. An error: the state is none that a stage of this program saved.
  Status load(const state::StateReader& in);

  OfferResult offer(std::string_view line, const OfferOptions& options);
  // A record on `limits` at a position of its own.
  void tell_settled(std::string_view limit, std::string_view message);
  void offer_broken(std::string_view first_bytes, std::string_view reason);
  // The next line, tick or end takes position p. REQUIRES p > every position taken.
  void next_position(uint64_t p);
  // Cuts the batch: everything offered so far goes to the shards.
  void cut();
  // Cuts, waits until all is worked off, and updates the tables that operators make: a program may then be loaded.
  void work_off();
  // {"_end":…}: cuts, then decides all that is pending.
  void end();
  void tick(int64_t now_ms);
  // The clocks of the stream's feed go back to where its right events have brought them, at a position of its own. A stream that is none: nothing.
  void reset_clock(std::string_view stream);

  // Of the last line.
  uint64_t position() const { return position_; }

  struct Counters {
    uint64_t lines = 0, events = 0, rejected = 0, late = 0, unrouted = 0;
  };
  const Counters& counters() const { return counters_; }
  std::vector<StreamStats> stream_stats() const;
  // What the values of the stream's `by` field take in memory.
  uint64_t by_bytes(int node) const { return clocks_.by_bytes(node) + (right_clocks_ ? right_clocks_->by_bytes(node) : 0); }
  // Of rows and records of the batch that is being filled.
  uint64_t waiting_bytes() const;
  uint64_t faults() const { return flow_.faults() + context_.faults; }

 private:
  struct Source {
    std::unique_ptr<expr::Program> when, punctuation;
    event::RowBuilder builder;
    uint64_t events = 0, late = 0, rejected = 0;
    // The line far ahead of its arrival that moved its clock last; position 0: none has.
    struct Ahead {
      std::string producer;
      uint64_t number = 0, position = 0, late_before = 0;
    } ahead;
  };

  void to_lane(int lane, const event::Row& row, uint32_t route) override;
  void to_view(int node, const event::Row& row, uint32_t route) override;
  void to_table(int table, const event::Row& row, uint32_t route) override;

  void event(const event::LineKind& kind, std::string_view line, const OfferOptions& options);
  bool route(const event::LineKind& kind, std::string_view line, const OfferOptions& options);
  void table_line(int table, const event::LineKind& kind, std::string_view line);
  void apply_table_rows();
  const event::Row& row_of_table(int table, const event::Row& row);
  void bound_table_rows();
  bool takes_late(const plan::Lane& lane, int64_t time, int64_t clock) const;
  bool takes(int node);
  void take(int node, std::string_view line, const OfferOptions& options);
  void control(const event::LineKind& kind, std::string_view line, const OfferOptions& options);
  void assert_watermark(const event::LineKind& kind, std::string_view line, const OfferOptions& options);
  void advance(int node, const event::Row& row, const OfferOptions& options);
  int64_t arrival_of(const OfferOptions& options) const { return options.arrival_ms != OfferOptions::kNoArrival ? options.arrival_ms : arrival_; }
  int64_t ahead_of(int node) const;
  std::string too_far_ahead(std::string_view what, int64_t ahead_ms) const;
  bool is_right(int node, int64_t time, int64_t arrival_ms) const;
  void change_far(const OfferOptions& options, const std::function<void(ClockSet*)>& change);
  std::string_view by_value(int node, const event::Row& row, const OfferOptions& options);
  void reject(std::string_view stream, int node, std::string reason, std::string_view line);
  void give(OutRecord record);
  void late(int node, const event::Row& row);
  void begin_batch();
  void take_position();
  void give_back_position();
  void note_clocks();
  void note_tick(int64_t now_ms, int64_t arrival_ms);
  bool load_numbers(state::Decoder* in);

  const Loaded& loaded_;
  const plan::Plan& plan_;
  const plan::Topology& topology_;
  EngineOptions options_;
  Pipeline* pipeline_;
  event::LineDecoder decoder_;
  ClockSet clocks_;
  // The clocks as they would stand without what was far ahead of its arrival, from the first such line on; null: nothing was.
  std::unique_ptr<ClockSet> right_clocks_;
  TableStore* tables_;
  TableView view_;                      // at position_
  Flow flow_;
  std::vector<Source> sources_;  // by node
  std::unordered_map<std::string_view, int> by_name_;
  std::unordered_map<std::string_view, int> tables_by_name_;
  const bool tables_of_operators_;      // then each line is a batch
  std::vector<TableRow> table_rows_;    // made by the line being worked
  event::RowBuilder table_builder_;
  base::Suggestions names_;             // of streams and tables
  bool any_when_ = false;
  expr::Arena arena_;
  expr::EvalContext context_;

  Batch batch_;
  event::Label given_;         // of the last record of its own
  std::shared_ptr<Timeline> timeline_;  // of the batch being filled
  uint64_t batches_ = 0;
  uint32_t lines_in_batch_ = 0;
  std::vector<RowWriter> writers_;      // by shard
  uint64_t position_ = 0;               // of the last line
  uint64_t next_ = 1;                   // of the next one
  std::vector<int> dropped_by_;         // nodes
  int64_t dropped_watermark_ = 0;
  std::vector<std::pair<int, const event::Row*>> taken_;  // streams that took the line, in order
  int64_t arrival_ = OfferOptions::kNoArrival;            // of `_at`
  int64_t last_arrival_ = OfferOptions::kNoArrival;       // of the last event
  OfferResult result_;
  std::string key_, text_;
  Counters counters_;
};

}  // namespace cep::runtime

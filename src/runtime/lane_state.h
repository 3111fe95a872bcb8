// One lane on one shard: sorter, interned keys, shared predicates, and the evaluators of its patterns (or the memory of a `unique`). It works one batch
// at a time, in the order of event time; what ends at a moment is ended before the rows of that moment.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "operators/pattern/evaluator.h"
#include "plan/plan.h"
#include "runtime/flow.h"
#include "runtime/out_record.h"
#include "runtime/record_writer.h"
#include "runtime/row_order.h"
#include "runtime/row_spool.h"
#include "runtime/rows.h"
#include "runtime/table_store.h"
#include "runtime/timeline.h"
#include "plan/physical/topology.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::runtime {

// What lanes hand over.
class LaneSink {
 public:
  virtual ~LaneSink() = default;
  virtual void record(OutRecord record) = 0;
  // A row that `node` gives, made at the position of its label.
  virtual void row(int node, event::Row* row, const event::Label* label) = 0;
  // A row that the `unique` of `node` lets pass at position `decided`: it keeps its own label (null: of a source), position and route.
  virtual void passed(int node, WaitingRow* row, uint64_t decided) = 0;
};

struct LaneOptions {
  Limits limits;
  bool want[kChannels] = {};
  bool test_alerts = false;
  const expr::Tables* tables = nullptr;   // the lane's own view
};

// Of a lane's writer. `read`: somebody reads the operator's stream.
WriterOptions writer_options(const LaneOptions& options, bool read);

struct LaneStats {
  uint64_t keys = 0, runs = 0, bytes = 0, waiting = 0, faults = 0;

  LaneStats& operator+=(const LaneStats& other) {
    keys += other.keys;
    runs += other.runs;
    bytes += other.bytes;
    waiting += other.waiting;
    faults += other.faults;
    return *this;
  }
};

// Where a lane goes on after another program has been loaded in the place of the one that it was made for.
struct LanePlace {
  const plan::Topology* topology = nullptr;
  int lane = -1;                              // its number there
  const std::vector<int>* node_now = nullptr;  // by node of the program before: its number now; -1: it does not go on
  const LaneOptions* options = nullptr;       // all but `tables` hold
  BlockPool* pool = nullptr;                  // that the rows go back to
};

class LaneState {
 public:
  virtual ~LaneState() = default;
  // Goes on at another place with all its state. What was made of the program before is still read (made_of). REQUIRES no row is being worked.
  virtual void rebind(const LanePlace& place) = 0;
  // Keeps alive what the lane was made of: plan, tables; and the view of these that its options name.
  void set_made_of(std::shared_ptr<const void> made_of, std::unique_ptr<TableView> view) {
    made_of_ = std::move(made_of);
    view_ = std::move(view);
  }
  // A row of this lane; it waits in the sorter. Takes over the row.
  virtual void push(WaitingRow* row) = 0;
  // Rows of the batch to be worked next that were written aside.
  virtual void take_spilled(std::unique_ptr<RowMerge> rows) = 0;
  // Everything that the clocks of the batch decide.
  virtual void work(const Timeline& timeline, LaneSink* sink) = 0;
  virtual LaneStats stats() const = 0;
  // All that it holds: entries of its operators (state/part.h). REQUIRES nothing is under way.
  virtual void save(state::StateWriter* out) const = 0;
  // What lanes of the same operators saved, of the keys that are its own. REQUIRES that it is new. An error: the state is none that they saved; the lane is of no use then.
  virtual Status load(const state::StateReader& in) = 0;

 protected:
  // What is evaluated from here on is decided at this position, and sees tables as they stand there.
  void see_tables_at(uint64_t position) {
    if (view_) view_->see_at(position);
  }
  bool sees_tables() const { return view_ != nullptr; }

 private:
  std::shared_ptr<const void> made_of_;
  std::unique_ptr<TableView> view_;  // null: the program has no tables
};

std::unique_ptr<LaneState> make_pattern_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                             BlockPool* pool);
std::unique_ptr<LaneState> make_unique_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, BlockPool* pool);

std::unique_ptr<LaneState> make_window_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                            BlockPool* pool);
std::unique_ptr<LaneState> make_rolling_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                             BlockPool* pool);
std::unique_ptr<LaneState> make_join_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                          BlockPool* pool);

}  // namespace cep::runtime

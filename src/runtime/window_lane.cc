// A lane of one window that takes rows as they come (lane_state.h, operators/window).
#include "operators/window/window_operator.h"
#include "runtime/arrival_lane.h"

namespace cep::runtime {
namespace {

class WindowLane final : public ArrivalLane, private operators::WindowSink {
 public:
  WindowLane(const plan::Plan& plan, const plan::WindowNode& window, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : ArrivalLane(plan, window, topology, lane, options, pool), counts_(window.assigner.kind == plan::WindowKind::kCount),
        operator_(operators::make_window_operator(window)) {
    operator_->set_tables(options.tables);
  }

  void save(state::StateWriter* out) const override {
    save_numbers(out);
    operator_->save(op_of(node_), out);
  }
  Status load(const state::StateReader& in) override {
    const Status status = load_numbers(in);
    return status.ok() ? operator_->load(op_of(node_), in) : status;
  }

  LaneStats stats() const override {
    const operators::WindowOperator::Stats s = operator_->stats();
    return stats_of(s.keys, s.windows, s.bytes, waiting());
  }

 private:
  void row(const WaitingRow& waiting, int64_t clock) override {
    row_time_ = waiting.row().time;
    operator_->row(key_of(waiting.row()), waiting.row(), order_++, clock, this);
    row_time_ = kNoTime;
  }
  int64_t next_deadline() const override { return operator_->next_deadline(); }
  void step(int64_t from, int64_t to) override { operator_->advance(from, to, this); }
  void tick(int64_t now, int64_t clock) override { operator_->tick(now, clock, this); }

  bool on_result(const operators::WindowResult& r) override {
    if (!writer_.take_window(r) && !r.retract) return false;
    event::Label label = next_label(r.time, r.key);
    const int64_t time = time_of(r);
    if (read_ && r.pane == operators::Pane::kOnTime && !r.retract)
      sink_->row(node_, writer_.write_row(r.start, r.end, time, position_), &label);
    OutRecord record;
    record.throttle_time = time;
    if (writer_.write_window(r, &record)) send(std::move(record), std::move(label));
    return true;
  }

  // When it comes out. What a row brings comes out then, however old its events are.
  int64_t time_of(const operators::WindowResult& r) const {
    if (r.pane != operators::Pane::kOnTime) return std::max({r.time, row_time_, r.start});
    return counts_ ? std::max(r.end - 1, r.time) : r.end - 1;
  }

  const bool counts_;
  std::unique_ptr<operators::WindowOperator> operator_;
  int64_t row_time_ = kNoTime;  // of the row being worked; kNoTime while time works
};

}  // namespace

std::unique_ptr<LaneState> make_window_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                            BlockPool* pool) {
  return std::make_unique<WindowLane>(plan, *plan.nodes[topology.lanes[lane].node].window, topology, lane, options, pool);
}

}  // namespace cep::runtime

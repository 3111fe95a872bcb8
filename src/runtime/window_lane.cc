// A lane of one window that takes rows as they come (lane_state.h, operators/window).
#include "operators/window/window_operator.h"
#include "runtime/arrival_lane.h"
#include "runtime/key_codec.h"
#include "runtime/result_writer.h"

namespace cep::runtime {
namespace {

class WindowLane : public LaneState, private operators::WindowSink {
 public:
  WindowLane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : lane_(&topology.lanes[lane]), node_(lane_->node), read_(topology.readers[node_].any()),
        counts_(plan.nodes[node_].window->assigner.kind == plan::WindowKind::kCount), pool_(pool),
        operator_(operators::make_window_operator(*plan.nodes[node_].window)), writer_(plan.nodes[node_], node_, result_writer_options(options, read_)) {
    operator_->set_tables(options.tables);
  }

  void rebind(const LanePlace& place) override {
    lane_ = &place.topology->lanes[place.lane];
    node_ = lane_->node;
    read_ = place.topology->readers[node_].any();
    pool_ = place.pool;
    writer_.rebind(node_, result_writer_options(*place.options, read_));
  }

  void push(WaitingRow* row) override { waiting_.push_back(row); }

  void work(const Timeline& timeline, LaneSink* sink) override {
    sink_ = sink;
    work_in_order_of_arrival(timeline, lane_->clock, &waiting_, pool_, *this);
  }

  LaneStats stats() const override {
    operators::WindowOperator::Stats s = operator_->stats();
    LaneStats out;
    out.keys = s.keys;
    out.runs = s.windows;
    out.bytes = s.bytes;
    out.waiting = waiting_.size();
    out.faults = writer_.faults();
    return out;
  }

  // For work_in_order_of_arrival.
  void at(uint64_t position) { position_ = position; }
  int64_t next_deadline() const { return operator_->next_deadline(); }
  void step(int64_t from, int64_t to) { operator_->advance(from, to, this); }
  void tick(int64_t now, int64_t clock) { operator_->tick(now, clock, this); }
  void row(const WaitingRow& waiting, int64_t clock) {
    key_.clear();
    encode_key(waiting.row(), lane_->inputs.front().key, lane_->key_types, &key_);
    row_time_ = waiting.row().time;
    operator_->row(key_, waiting.row(), order_++, clock, this);
    row_time_ = kNoTime;
  }

 private:
  bool on_result(const operators::WindowResult& r) override {
    if (!writer_.take_window(r) && !r.retract) return false;
    event::Label label{position_, r.time, static_cast<uint32_t>(node_) + 1, std::string(r.key), ordinal_++};
    const int64_t time = time_of(r);
    if (read_ && r.pane == operators::Pane::kOnTime && !r.retract)
      sink_->row(node_, writer_.write_row(r.start, r.end, time, position_), &label);
    OutRecord record;
    if (writer_.write_window(r, &record)) {
      record.label = std::move(label);
      record.throttle_time = time;
      sink_->record(std::move(record));
    }
    return true;
  }

  // When it comes out. What a row brings comes out then, however old its events are.
  int64_t time_of(const operators::WindowResult& r) const {
    if (r.pane != operators::Pane::kOnTime) return std::max({r.time, row_time_, r.start});
    return counts_ ? std::max(r.end - 1, r.time) : r.end - 1;
  }

  const Lane* lane_;
  int node_;
  bool read_;
  bool counts_;
  BlockPool* pool_;
  std::unique_ptr<operators::WindowOperator> operator_;
  ResultWriter writer_;
  std::vector<WaitingRow*> waiting_;
  LaneSink* sink_ = nullptr;
  uint64_t position_ = 0;
  int64_t row_time_ = kNoTime;  // of the row being worked; kNoTime while time works
  uint64_t order_ = 0;
  uint64_t ordinal_ = 0;
  std::string key_;
};

}  // namespace

std::unique_ptr<LaneState> make_window_lane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options,
                                            BlockPool* pool) {
  return std::make_unique<WindowLane>(plan, topology, lane, options, pool);
}

}  // namespace cep::runtime

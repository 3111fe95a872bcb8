// A lane of one join (lane_state.h, operators/join).
#include "operators/join/join_operator.h"
#include "runtime/arrival_lane.h"
#include "runtime/key_codec.h"

namespace cep::runtime {
namespace {

class JoinLane : public LaneState, private operators::JoinSink {
 public:
  JoinLane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : lane_(&topology.lanes[lane]), node_(lane_->node), read_(topology.readers[node_].any()), pool_(pool),
        operator_(operators::make_join_operator(*plan.nodes[node_].join)), writer_(plan.nodes[node_], node_, result_writer_options(options, read_)) {}

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
    operators::JoinOperator::Stats s = operator_->stats();
    LaneStats out;
    out.keys = s.keys;
    out.runs = s.rows;
    out.bytes = s.bytes;
    out.waiting = waiting_.size();
    out.faults = writer_.faults();
    return out;
  }

  // For work_in_order_of_arrival.
  void at(uint64_t position) { position_ = position; }
  int64_t next_deadline() const { return operator_->next_deadline(); }
  void step(int64_t from, int64_t to) { operator_->advance(from, to, this); }
  void tick(int64_t, int64_t) {}
  void row(const WaitingRow& waiting, int64_t clock) {
    key_.clear();
    encode_key(waiting.row(), lane_->inputs[waiting.row().input].key, lane_->key_types, &key_);
    operator_->row(key_, waiting.row(), clock, this);
  }

 private:
  bool on_pair(std::string_view key, const event::Row& a, const event::Row* b, int64_t start, int64_t time, int64_t fires) override {
    if (!writer_.take_pair(key, a, b)) return false;
    event::Label label{position_, fires, static_cast<uint32_t>(node_) + 1, std::string(key), ordinal_++};
    if (read_) sink_->row(node_, writer_.write_row(start, time, time, position_), &label);
    OutRecord record;
    if (writer_.write_pair(key, start, time, &record)) {
      record.label = std::move(label);
      record.throttle_time = time;
      sink_->record(std::move(record));
    }
    return true;
  }

  const Lane* lane_;
  int node_;
  bool read_;
  BlockPool* pool_;
  std::unique_ptr<operators::JoinOperator> operator_;
  ResultWriter writer_;
  std::vector<WaitingRow*> waiting_;
  LaneSink* sink_ = nullptr;
  uint64_t position_ = 0, ordinal_ = 0;
  std::string key_;
};

}  // namespace

std::unique_ptr<LaneState> make_join_lane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options, BlockPool* pool) {
  return std::make_unique<JoinLane>(plan, topology, lane, options, pool);
}

}  // namespace cep::runtime

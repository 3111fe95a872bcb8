// A lane of one join (lane_state.h, operators/join).
#include <algorithm>

#include "operators/join/join_operator.h"
#include "runtime/arrival_lane.h"

namespace cep::runtime {
namespace {

class JoinLane final : public ArrivalLane, private operators::JoinSink {
 public:
  JoinLane(const plan::Plan& plan, const plan::JoinNode& join, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : ArrivalLane(plan, join, topology, lane, options, pool), left_(join.left), codec_(plan, *lane_), operator_(operators::make_join_operator(join)) {}

  void save(state::StateWriter* out) const override {
    save_numbers(out);
    operator_->save(op_of(node_), codec_.rows(), out);
  }
  Status load(const state::StateReader& in) override {
    const Status status = load_numbers(in);
    return status.ok() ? operator_->load(op_of(node_), codec_.rows(), in) : status;
  }

  LaneStats stats() const override {
    const operators::JoinOperator::Stats s = operator_->stats();
    return stats_of(s.keys, s.rows, s.bytes, waiting());
  }

 private:
  void row(const WaitingRow& waiting, int64_t clock) override {
    const event::Row& row = waiting.row();
    if (!has_null_in_key(row)) operator_->row(key_of(row), row, clock, this);
    else if (left_ && row.input == 0) operator_->lone_row(key_of(row), row, clock, this);
  }
  // Such a key equals no other, as in SQL.
  bool has_null_in_key(const event::Row& row) const {
    const std::vector<uint16_t>& slots = lane_->inputs[row.input].key;
    return std::any_of(slots.begin(), slots.end(), [&](uint16_t slot) { return row.is_null(slot); });
  }
  int64_t next_deadline() const override { return operator_->next_deadline(); }
  void step(int64_t from, int64_t to) override { operator_->advance(from, to, this); }
  void tick(int64_t, int64_t) override {}

  bool on_pair(std::string_view key, const event::Row& a, const event::Row* b, int64_t start, int64_t time, int64_t fires) override {
    if (!writer_.take_pair(key, a, b)) return false;
    event::Label label = next_label(fires, key);
    if (read_) sink_->row(node_, writer_.write_row(start, time, time, position_), &label);
    OutRecord record;
    record.throttle_time = time;
    if (writer_.write_pair(key, start, time, &record)) send(std::move(record), std::move(label));
    return true;
  }

  const bool left_;
  LaneCodec codec_;
  std::unique_ptr<operators::JoinOperator> operator_;
};

}  // namespace

std::unique_ptr<LaneState> make_join_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool) {
  return std::make_unique<JoinLane>(plan, *plan.nodes[topology.lanes[lane].node].join, topology, lane, options, pool);
}

}  // namespace cep::runtime

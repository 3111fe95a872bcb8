// What the lanes of one window or join have in common: their place in the topology, the key of a row, how a result leaves.
#pragma once
#include <algorithm>
#include <string>
#include <utility>

#include "runtime/lane_codec.h"
#include "runtime/lane_state.h"
#include "runtime/result_writer.h"
#include "state/key_codec.h"

namespace cep::runtime {

class ResultLane : public LaneState {
 public:
  void rebind(const LanePlace& place) override {
    lane_ = &place.topology->lanes[place.lane];
    node_ = lane_->node;
    read_ = place.topology->readers[node_].any();
    pool_ = place.pool;
    writer_.rebind(node_, writer_options(*place.options, read_));
  }

 protected:
  template <class Operator>
  ResultLane(const plan::Plan& plan, const Operator& op, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : lane_(&topology.lanes[lane]), node_(lane_->node), read_(topology.readers[node_].any()), pool_(pool),
        writer_(plan.nodes[node_], op, node_, writer_options(options, read_)) {}

  // Valid until the next call.
  const std::string& key_of(const event::Row& row) {
    key_.clear();
    state::encode_key(row, lane_->inputs[row.input].key, lane_->key_types, &key_);
    return key_;
  }
  // What comes now is decided at this position.
  void work_at(uint64_t position) {
    position_ = position;
    see_tables_at(position);
  }
  // Of the next result.
  event::Label next_label(int64_t fires, std::string_view key) {
    return {position_, fires, static_cast<uint32_t>(node_) + 1, std::string(key), ordinal_++};
  }
  void send(OutRecord&& record, event::Label&& label) {
    record.label = std::move(label);
    sink_->record(std::move(record));
  }
  // What rises from row to row and from record to record; of several shards the greatest goes on, since only the order among those of one key counts.
  void save_numbers(state::StateWriter* out) const {
    state::Encoder& numbers = out->entry_of_shard(op_of(node_), state::Part::kShard);
    numbers.number(order_);
    numbers.number(ordinal_);
  }
  Status load_numbers(const state::StateReader& in) {
    return in.each(op_of(node_), state::Part::kShard, [this](std::string_view, state::Decoder* numbers) {
      order_ = std::max(order_, numbers->number());
      ordinal_ = std::max(ordinal_, numbers->number());
      return Status();
    });
  }
  LaneStats stats_of(uint64_t keys, uint64_t runs, uint64_t bytes, uint64_t waiting) const { return {keys, runs, bytes, waiting, writer_.faults()}; }

  const plan::Lane* lane_;
  int node_;
  bool read_;
  BlockPool* pool_;
  ResultWriter writer_;
  LaneSink* sink_ = nullptr;      // of the batch being worked
  uint64_t position_ = 0;         // being worked
  uint64_t order_ = 0;            // of the next row

 private:
  uint64_t ordinal_ = 0;
  std::string key_;
};

}  // namespace cep::runtime

// `unique by KEYS within D`: of rows with the same values, in event-time order, only the first within D passes.
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>

#include "runtime/due_rows.h"
#include "runtime/key_table.h"
#include "runtime/lane_codec.h"
#include "runtime/lane_state.h"

namespace cep::runtime {
namespace {

constexpr size_t kKeptKeys = 4096;  // places worth keeping for the next values

class UniqueLane : public LaneState {
 public:
  UniqueLane(const plan::Plan& plan, const plan::Topology& topology, int lane, BlockPool* pool)
      : lane_(&topology.lanes[lane]), unique_(plan.nodes[lane_->node].unique.front()), pool_(pool), codec_(plan, *lane_), rows_(pool) {}

  void rebind(const LanePlace& place) override {
    lane_ = &place.topology->lanes[place.lane];
    pool_ = place.pool;
    rows_.go_on(place.pool, *place.node_now);
  }

  void push(WaitingRow* row) override { rows_.push(row); }
  void take_spilled(std::unique_ptr<RowMerge> rows) override { rows_.take_spilled(std::move(rows)); }

  void work(const Timeline& timeline, LaneSink* sink) override {
    TimelineCursor cursor(timeline, lane_->clock);
    int64_t reached = timeline.end ? kEndOfTime : timeline.reached[lane_->clock];
    for (int64_t time; (time = rows_.next_time()) <= reached && time != kEndOfTime;) {
      const uint64_t moment = cursor.position_of(time);
      rows_.begin(moment);
      if (!timeline.end) forget(time);  // after an end times may go back
      while (WaitingRow* r = rows_.next()) {
        if (first_of_its_kind(r->row())) sink->passed(lane_->node, r, std::max(moment, r->row().position));
        release_row(r, pool_);
      }
    }
    rows_.settle();
    if (!timeline.end && reached != kNoTime) forget(reached);
  }

  void save(state::StateWriter* out) const override {
    codec_.save_waiting(*lane_, rows_, out);
    for (uint32_t id : keys_.sorted()) out->entry(op_of(lane_->node), state::Part::kUnique, keys_.bytes(id)).whole(until_[id]);
  }
  Status load(const state::StateReader& in) override {
    Status status = codec_.load_waiting(*lane_, in, pool_, &rows_);
    if (!status.ok()) return status;
    status = in.each(op_of(lane_->node), state::Part::kUnique, [this](std::string_view key, state::Decoder* entry) {
      const uint32_t id = keys_.add(key);
      until_.resize(std::max<size_t>(until_.size(), id + 1));
      until_[id] = entry->whole();
      passed_.emplace_back(until_[id], id);
      return Status();
    });
    std::sort(passed_.begin(), passed_.end());
    return status;
  }

  LaneStats stats() const override {
    LaneStats out;
    out.keys = keys_.size();
    out.waiting = rows_.waiting();
    out.bytes = rows_.bytes() + keys_.memory() + until_.capacity() * sizeof(int64_t) + passed_.size() * sizeof passed_.front();
    return out;
  }

 private:
  bool first_of_its_kind(const event::Row& row) {
    key_.clear();
    state::encode_key(row, lane_->inputs.front().key, lane_->key_types, &key_);
    uint32_t id = keys_.find(key_);
    if (id != KeyTable::kNone && row.time < until_[id]) return false;
    if (id == KeyTable::kNone) id = keys_.add(key_);
    if (id >= until_.size()) until_.resize(id + 1);
    until_[id] = base::add_time(row.time, unique_.within_ms);
    const std::pair<int64_t, uint32_t> passed{until_[id], id};
    passed_.insert(passed_.empty() || passed_.back() <= passed ? passed_.end() : std::upper_bound(passed_.begin(), passed_.end(), passed), passed);
    return true;
  }

  // At the end of a batch all that has ended by then is gone, in every shard: a clock that is set back finds the same in each.
  void forget(int64_t time) {
    for (; !passed_.empty() && passed_.front().first <= time; passed_.pop_front()) {
      const uint32_t id = passed_.front().second;
      if (until_[id] <= time) keys_.remove(id);
    }
    keys_.settle();
    if (passed_.empty() && keys_.size() == 0 && until_.size() > kKeptKeys) {  // a burst of values is over
      keys_ = KeyTable();
      until_ = {};
    }
  }

  const plan::Lane* lane_;
  const plan::Unique& unique_;
  BlockPool* pool_;
  LaneCodec codec_;
  DueRows rows_;
  KeyTable keys_;                                    // values of which one passed within D
  std::vector<int64_t> until_;                       // by number of the values: when they pass again
  std::deque<std::pair<int64_t, uint32_t>> passed_;  // when it may pass again, which; rising
  std::string key_;
};

}  // namespace

std::unique_ptr<LaneState> make_unique_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, BlockPool* pool) {
  return std::make_unique<UniqueLane>(plan, topology, lane, pool);
}

}  // namespace cep::runtime

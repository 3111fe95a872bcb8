// `unique by KEYS within D`: of rows with the same values, in event-time order, only the first within D passes (language.md, "stream").
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>

#include "runtime/key_table.h"
#include "runtime/lane_state.h"

namespace cep::runtime {
namespace {

class UniqueLane : public LaneState {
 public:
  UniqueLane(const plan::Plan& plan, const Topology& topology, int lane, BlockPool* pool)
      : lane_(topology.lanes[lane]), unique_(plan.nodes[lane_.node].unique.front()), pool_(pool), sorter_(pool) {}

  void push(WaitingRow* row) override { sorter_.push(row); }

  void work(const Timeline& timeline, LaneSink* sink) override {
    TimelineCursor cursor(timeline, lane_.clock);
    int64_t reached = timeline.end ? kEndOfTime : timeline.reached[lane_.clock];
    while (sorter_.size() && sorter_.next_time() <= reached) {
      int64_t time = sorter_.next_time();
      due_.clear();
      sorter_.pop(&due_);
      const uint64_t moment = cursor.position_of(time);
      if (due_.size() > 1) order_rows_of_one_time(&due_, moment);
      forget(time);
      for (WaitingRow* r : due_) {
        if (first_of_its_kind(r->row()))
          sink->passed(lane_.node, &r->row(), r->label, std::max(moment, r->row().position), key_);
        release_row(r, pool_);
      }
    }
    if (!timeline.end && reached != kNoTime) forget(reached);
  }

  LaneStats stats() const override {
    LaneStats out;
    out.keys = keys_.size();
    out.waiting = sorter_.size();
    return out;
  }

 private:
  bool first_of_its_kind(const event::Row& row) {
    key_.clear();
    encode_key(row, lane_.inputs.front().key, lane_.key_types, &key_);
    if (keys_.find(key_) != KeyTable::kNone) return false;
    int64_t until = row.time > kEndOfTime - unique_.within_ms ? kEndOfTime : row.time + unique_.within_ms;
    passed_.emplace_back(until, keys_.add(key_));
    return true;
  }

  // Rows come in order of time, so what passed first ends first.
  void forget(int64_t time) {
    while (!passed_.empty() && passed_.front().first <= time) {
      keys_.remove(passed_.front().second);
      passed_.pop_front();
    }
  }

  const Lane& lane_;
  const plan::Unique& unique_;
  BlockPool* pool_;
  Sorter sorter_;
  KeyTable keys_;                                    // values of which one passed within D
  std::deque<std::pair<int64_t, uint32_t>> passed_;  // when it may pass again, which
  std::vector<WaitingRow*> due_;
  std::string key_;
};

}  // namespace

std::unique_ptr<LaneState> make_unique_lane(const plan::Plan& plan, const Topology& topology, int lane, BlockPool* pool) {
  return std::make_unique<UniqueLane>(plan, topology, lane, pool);
}

}  // namespace cep::runtime

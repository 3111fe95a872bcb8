// A lane of one `rolling` window: rows in event-time order, a result at every row (language.md, "window"). With `having` the record comes when it becomes true for the key, with
// `having each` whenever it is.
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>

#include "operators/window/window_operator.h"
#include "runtime/arrival_lane.h"
#include "runtime/key_codec.h"

namespace cep::runtime {
namespace {

class RollingLane : public LaneState, private operators::WindowSink {
 public:
  RollingLane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : lane_(&topology.lanes[lane]), node_(lane_->node), window_(*plan.nodes[node_].window), read_(topology.readers[node_].any()), pool_(pool),
        sorter_(pool), operator_(operators::make_rolling_operator(window_)),
        writer_(plan.nodes[node_], node_, result_writer_options(options, read_)) {
    operator_->set_tables(options.tables);
  }

  void rebind(const LanePlace& place) override {
    lane_ = &place.topology->lanes[place.lane];
    node_ = lane_->node;
    read_ = place.topology->readers[node_].any();
    pool_ = place.pool;
    sorter_.set_pool(place.pool);
    writer_.rebind(node_, result_writer_options(*place.options, read_));
  }

  void push(WaitingRow* row) override { sorter_.push(row); }

  void work(const Timeline& timeline, LaneSink* sink) override {
    sink_ = sink;
    TimelineCursor cursor(timeline, lane_->clock);
    int64_t reached = timeline.end ? kEndOfTime : timeline.reached[lane_->clock];
    while (sorter_.size() && sorter_.next_time() <= reached) {
      int64_t time = sorter_.next_time();
      due_.clear();
      sorter_.pop(&due_);
      uint64_t decided = cursor.position_of(time);
      if (due_.size() > 1) order_rows_of_one_time(&due_, decided);
      forget(time);
      for (WaitingRow* r : due_) {
        position_ = std::max(r->row().position, decided);
        key_.clear();
        encode_key(r->row(), lane_->inputs[r->row().input].key, lane_->key_types, &key_);
        operator_->row(key_, r->row(), order_++, time, this);
        release_row(r, pool_);
      }
    }
    int64_t now = timeline.end ? kEndOfTime : reached;
    if (now == kNoTime) return;
    operator_->advance(kNoTime, now, this);
    forget(now);
  }

  LaneStats stats() const override {
    operators::WindowOperator::Stats s = operator_->stats();
    LaneStats out;
    out.keys = s.keys + true_until_.size();
    out.bytes = s.bytes;
    out.waiting = sorter_.size();
    out.faults = writer_.faults();
    return out;
  }

 private:
  bool on_result(const operators::WindowResult& r) override {
    bool holds = writer_.take_window(r);
    if (window_.having && !window_.having_each) holds = becomes_true(r, holds);
    if (!holds) return false;
    event::Label label{position_, r.time, static_cast<uint32_t>(node_) + 1, std::string(r.key), ordinal_++};
    if (read_) sink_->row(node_, writer_.write_row(r.start, r.end, r.time, position_), &label);
    OutRecord record;
    if (writer_.write_window(r, &record)) {
      record.label = std::move(label);
      sink_->record(std::move(record));
    }
    return true;
  }

  // Once all events of a key have left the window, or the key is forgotten, `having` counts as false again.
  bool becomes_true(const operators::WindowResult& r, bool holds) {
    std::string key(r.key);
    if (!holds) {
      true_until_.erase(key);
      return false;
    }
    int64_t size = window_.assigner.size_ms;
    if (window_.limit_keys_ms >= 0) size = std::min(size, window_.limit_keys_ms);
    int64_t until = r.time > kEndOfTime - size ? kEndOfTime : r.time + size;
    auto [at, is_new] = true_until_.try_emplace(key, until);
    at->second = until;
    ends_.emplace_back(until, std::move(key));
    return is_new;
  }

  void forget(int64_t time) {
    for (; !ends_.empty() && ends_.front().first <= time; ends_.pop_front()) {
      auto at = true_until_.find(ends_.front().second);
      if (at != true_until_.end() && at->second <= time) true_until_.erase(at);
    }
  }

  const Lane* lane_;
  int node_;
  const plan::WindowNode& window_;
  bool read_;
  BlockPool* pool_;
  Sorter sorter_;
  std::unique_ptr<operators::WindowOperator> operator_;
  ResultWriter writer_;
  boost::unordered_flat_map<std::string, int64_t> true_until_;  // keys for which `having` held at their last row
  std::deque<std::pair<int64_t, std::string>> ends_;
  std::vector<WaitingRow*> due_;
  LaneSink* sink_ = nullptr;
  uint64_t position_ = 0, order_ = 0, ordinal_ = 0;
  std::string key_;
};

}  // namespace

std::unique_ptr<LaneState> make_rolling_lane(const plan::Plan& plan, const Topology& topology, int lane, const LaneOptions& options,
                                             BlockPool* pool) {
  return std::make_unique<RollingLane>(plan, topology, lane, options, pool);
}

}  // namespace cep::runtime

// A lane of one `rolling` window: rows in event-time order, a result at every row. With `having` the record comes when it becomes true for the key, with
// `having each` whenever it is.
#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <string>

#include "operators/window/window_operator.h"
#include "runtime/due_rows.h"
#include "runtime/result_lane.h"

namespace cep::runtime {
namespace {

class RollingLane final : public ResultLane, private operators::WindowSink {
 public:
  RollingLane(const plan::Plan& plan, const plan::WindowNode& window, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : ResultLane(plan, window, topology, lane, options, pool), window_(window), codec_(plan, *lane_), rows_(pool), operator_(operators::make_rolling_operator(window)) {
    operator_->set_tables(options.tables);
  }

  void rebind(const LanePlace& place) override {
    ResultLane::rebind(place);
    rows_.go_on(place.pool, *place.node_now);
  }

  void push(WaitingRow* row) override { rows_.push(row); }
  void take_spilled(std::unique_ptr<RowMerge> rows) override { rows_.take_spilled(std::move(rows)); }

  void work(const Timeline& timeline, LaneSink* sink) override {
    sink_ = sink;
    TimelineCursor cursor(timeline, lane_->clock);
    int64_t reached = timeline.end ? kEndOfTime : timeline.reached[lane_->clock];
    for (int64_t time; (time = rows_.next_time()) <= reached && time != kEndOfTime;) {
      const uint64_t decided = cursor.position_of(time);
      rows_.begin(decided);
      forget(time);
      while (WaitingRow* r = rows_.next()) {
        work_at(std::max(r->row().position, decided));
        operator_->row(key_of(r->row()), r->row(), order_++, time, this);
        release_row(r, pool_);
      }
    }
    rows_.settle();
    int64_t now = timeline.end ? kEndOfTime : reached;
    if (now == kNoTime) return;
    operator_->advance(kNoTime, now, this);
    forget(now);
  }

  void save(state::StateWriter* out) const override {
    save_numbers(out);
    codec_.save_waiting(*lane_, rows_, out);
    operator_->save(op_of(node_), out);
    for (const auto& [key, until] : true_until_) out->entry(op_of(node_), state::Part::kHaving, key).whole(until);
  }
  Status load(const state::StateReader& in) override {
    Status status = load_numbers(in);
    if (status.ok()) status = codec_.load_waiting(*lane_, in, pool_, &rows_);
    if (status.ok()) status = operator_->load(op_of(node_), in);
    return status.ok() ? load_having(in) : status;
  }

  LaneStats stats() const override {
    const operators::WindowOperator::Stats s = operator_->stats();
    const uint64_t having = true_until_.size() * sizeof *true_until_.begin() + ends_.size() * sizeof ends_.front();
    return stats_of(s.keys + true_until_.size(), 0, s.bytes + having + text_bytes_ + rows_.bytes(), rows_.waiting());
  }

 private:
  bool on_result(const operators::WindowResult& r) override {
    bool holds = writer_.take_window(r);
    if (window_.having && !window_.having_each) holds = becomes_true(r, holds);
    if (!holds) return false;
    event::Label label = next_label(r.time, r.key);
    if (read_) sink_->row(node_, writer_.write_row(r.start, r.end, r.time, position_), &label);
    OutRecord record;
    if (writer_.write_window(r, &record)) send(std::move(record), std::move(label));
    return true;
  }

  // Once all events of a key have left the window, or the key is forgotten, `having` counts as false again.
  bool becomes_true(const operators::WindowResult& r, bool holds) {
    std::string key(r.key);
    if (!holds) {
      if (true_until_.erase(key) > 0) text_bytes_ -= key.size();
      return false;
    }
    int64_t size = window_.assigner.size_ms;
    if (window_.limit_keys_ms >= 0) size = std::min(size, window_.limit_keys_ms);
    int64_t until = base::add_time(r.time, size);
    auto [at, is_new] = true_until_.try_emplace(key, until);
    const bool becomes = is_new || at->second <= r.time;  // after a clock was set back one may end before another that is first in the queue
    at->second = until;
    text_bytes_ += key.size() * (is_new ? 2 : 1);
    ends_.emplace_back(until, std::move(key));
    return becomes;
  }

  Status load_having(const state::StateReader& in) {
    const Status status = in.each(op_of(node_), state::Part::kHaving, [this](std::string_view key, state::Decoder* entry) {
      const int64_t until = entry->whole();
      true_until_.emplace(key, until);
      ends_.emplace_back(until, key);
      text_bytes_ += 2 * key.size();
      return Status();
    });
    std::sort(ends_.begin(), ends_.end());
    return status;
  }

  void forget(int64_t time) {
    for (; !ends_.empty() && ends_.front().first <= time; ends_.pop_front()) {
      const std::string& key = ends_.front().second;
      text_bytes_ -= key.size();
      auto at = true_until_.find(key);
      if (at == true_until_.end() || at->second > time) continue;
      text_bytes_ -= key.size();
      true_until_.erase(at);
    }
  }

  const plan::WindowNode& window_;
  LaneCodec codec_;
  DueRows rows_;
  uint64_t text_bytes_ = 0;  // of the keys below
  std::unique_ptr<operators::WindowOperator> operator_;
  boost::unordered_flat_map<std::string, int64_t> true_until_;  // keys for which `having` held at their last row
  std::deque<std::pair<int64_t, std::string>> ends_;
};

}  // namespace

std::unique_ptr<LaneState> make_rolling_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                             BlockPool* pool) {
  return std::make_unique<RollingLane>(plan, *plan.nodes[topology.lanes[lane].node].window, topology, lane, options, pool);
}

}  // namespace cep::runtime

// One window of the plan on one shard: tumbling, sliding, session, count and global windows of all its keys (`rolling`: make_rolling_operator below). Rows come in the order of
// positions, each with the clock as it was before it; between rows the clock steps. It never sees a wall clock, a thread or a batch.
// Flink's WindowOperator, EventTimeTrigger, CountTrigger, MergingWindowSet are the model.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "event/row.h"
#include "expr/aggregates.h"
#include "plan/plan.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::operators {

enum class Pane : uint8_t { kEarly, kOnTime, kLate };

// A result, valid during the call.
struct WindowResult {
  std::string_view key;          // canonical key bytes
  int64_t start = 0, end = 0;
  Pane pane = Pane::kOnTime;
  bool retract = false;          // takes back what was sent before
  const Value* aggregates = nullptr;  // results of WindowNode::aggregates
  int64_t time = 0;              // at which it fires: `end` for what the clock decides (early: the moment), the clock before the row for what a row brings
};

class WindowSink {
 public:
  virtual ~WindowSink() = default;
  // Returns whether the result passed `having` (and so was sent): retracting windows take back only what was. A retraction's answer is ignored.
  virtual bool on_result(const WindowResult& r) = 0;
};

class WindowOperator {
 public:
  virtual ~WindowOperator() = default;
  // A row of a key. `order` rises from row to row. REQUIRES takes(…) held for it against `clock`, the operator's watermark before the row (INT64_MIN: none yet).
  virtual void row(std::string_view key, const event::Row& row, uint64_t order, int64_t clock, WindowSink* sink) = 0;
  // The least time at which a step of the clock does anything; INT64_MAX: none.
  virtual int64_t next_deadline() const = 0;
  // One step of the clock from `from` to `to` (INT64_MAX: the end of all; then `to` fires everything that waits for time). What is due comes in order of time; a step
  // fires a window at most once.
  virtual void advance(int64_t from, int64_t to, WindowSink* sink) = 0;
  struct Stats {
    uint64_t keys = 0, windows = 0, bytes = 0;
  };
  virtual Stats stats() const = 0;
  // All that it holds, as entries of operator `op` (state/part.h).
  virtual void save(uint32_t op, state::StateWriter* out) const = 0;
  // REQUIRES that it is new. An error: the state is none that a window of this declaration saved; it is of no use then.
  virtual Status load(uint32_t op, const state::StateReader& in) = 0;
  // The tables as arguments and filters of aggregates see them; set before each row where they can have changed.
  virtual void set_tables(const expr::Tables* tables) = 0;
  // `early every D processing`: the daemon's clock stands at `now` ms since the epoch. When it has passed a multiple of D since the last tick, open windows fire `early` if
  // something has come since their last firing, by key, then end. `clock` is the operator's watermark. Other windows: nothing.
  virtual void tick(int64_t now, int64_t clock, WindowSink* sink) {
    (void)now, (void)clock, (void)sink;
  }
};

std::unique_ptr<WindowOperator> make_window_operator(const plan::WindowNode& window);

// `rolling D`: rows come in event-time order (sorted by the caller), results at each row with window (t - D, t]; having and having each are the sink's affair: `rolling`
// tells it by `became` whether the row is the first after which …: on_result is called for every row; the caller keeps what `having` was before per key.
std::unique_ptr<WindowOperator> make_rolling_operator(const plan::WindowNode& window);

// Whether an event of this time is taken by at least one window although it may be late: a pure function.
bool takes(const plan::WindowNode& window, int64_t time, int64_t watermark);

}  // namespace cep::operators

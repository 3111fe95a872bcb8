// Tumbling and sliding windows. Two ways to keep them, by what the node asks for:
//  - on time and late results only: the slices of a key are all its state; its next end is found from them,
//  so that an
//    event costs the same however many windows it is in;
//  - early results, or results to take back: beside the slices a record for every window of the key
//  (discarding: with
//    what has come since its last firing, and no slices).
#pragma once
#include "operators/window/operator_base.h"
#include "operators/window/pane_store.h"

namespace cep::operators {

class AlignedWindows final : public OperatorBase {
 public:
  explicit AlignedWindows(const plan::WindowNode& w);
  ~AlignedWindows() override;

  void row(std::string_view key, const event::Row& row, uint64_t order, int64_t clock,
           WindowSink* sink) override;
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t from, int64_t to, WindowSink* sink) override;
  void tick(int64_t now, int64_t clock, WindowSink* sink) override;
  Stats stats() const override;
  void save(uint32_t op, state::StateWriter* out) const override;
  Status load(uint32_t op, const state::StateReader& in) override;

 private:
  struct Window {
    int64_t end;
    TriggerState trigger;
    bool fired = false;    // on time
    State* own = nullptr;  // discarding: what has come since the last firing; running: all that has come
    Sent sent;
  };
  struct KeyData {
    PaneStore panes;
    int64_t next_end = kEndOfTime;  // without records: of the first window that has events and has not fired
    std::vector<Window> windows;  // rising by end
  };
  using Keys = KeyTable<KeyData>;
  using Key = Keys::Key;

  void row_shared(Key* key, const event::Row& row, uint64_t order, int64_t clock, WindowSink* sink);
  void row_recorded(Key* key, const event::Row& row, uint64_t order, int64_t clock, WindowSink* sink);
  Window& record_of(Key* key, int64_t end);
  const State* contents_of(Key* key, const Window& w);
  void wake(Key* key, int64_t time, int64_t to, WindowSink* sink);
  void wake_shared(Key* key, int64_t time, WindowSink* sink);
  void wake_recorded(Key* key, int64_t time, int64_t to, WindowSink* sink);
  int64_t end_after(const Key& key, int64_t end) const;
  // Puts the key into the calendar for whatever comes next, or frees it.
  void settle(Key* key, int64_t time);
  void drop(Key* key);
  void fire(const Key& key, int64_t end, Pane pane, const State& state, int64_t time, Sent* sent,
            WindowSink* sink);
  void fire_record(Key* key, Window* w, Pane pane, int64_t time, WindowSink* sink);
  const State* contents(Key* key, int64_t end);
  int64_t slice_until(int64_t end) const { return add_time(end, discarding_ ? 0 : node_.lateness_ms); }

  void write(const KeyData& data, state::Encoder* out) const;
  bool read(state::Decoder* in, KeyData* data);
  bool has_contents(const KeyData& data, int64_t end) const;

  const AlignedAssigner assigner_;
  const int64_t slices_;  // per window
  const bool recorded_;
  const bool slices_kept_;
  const bool fires_often_;  // between two ends
  // Records have the merge of their window, of removable calls: it would move over all windows of an event and
  // back at each event.
  const bool running_;
  State* const empty_;
  Keys keys_;
};

}  // namespace cep::operators

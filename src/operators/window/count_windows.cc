// Count windows that follow each other, and the global window, are one state per key; `count N every M` keeps
// the last N events as items of gcd(N, M).
#include "operators/window/count_windows.h"

#include "operators/window/operator_base.h"
#include "operators/window/sliding_fold.h"
#include "plan/physical/slices.h"

namespace cep::operators {
namespace {

void write_item(const SlidingFold::Item& item, const StatePool& pool, state::Encoder* out) {
  const auto& [first, last, state] = item;
  out->whole(first);
  out->whole(last);
  pool.write(state, out);
}

SlidingFold::Item read_item(StatePool* pool, state::Decoder* in) {
  SlidingFold::Item item;
  item.first = in->whole();
  item.last = in->whole();
  item.state = pool->read(in);
  return item;
}

int64_t every_of(const plan::WindowAssigner& a) { return a.count_every > 0 ? a.count_every : a.count; }

// Both kinds with one state.
class RunningWindows final : public OperatorBase {
 public:
  RunningWindows(const plan::WindowNode& w, bool global)
      : OperatorBase(w, global), global_(global), fires_at_(global ? w.early_count : w.assigner.count) {}
  ~RunningWindows() override {
    keys_.for_each([&](Key& key) { pool_.give(key.data.window.state); });
  }

  void row(std::string_view bytes, const event::Row& row, uint64_t order, int64_t clock,
           WindowSink* sink) override {
    emitter_.arena().reset();
    Key& key = keys_.find_or_create(bytes);
    note_time(&key, row.time);
    SlidingFold::Item& w = key.data.window;
    if (w.state == nullptr) w = {row.time, row.time, pool_.take()};
    w.first = std::min(w.first, row.time);
    w.last = std::max(w.last, row.time);
    add(w.state, row, order);
    if (fires_at_ > 0 && ++key.data.count >= fires_at_) fire(&key, clock, sink);
    settle(&key, clock);
  }
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t, int64_t to, WindowSink*) override {
    keys_.wake_until(to, [&](Key& key, int64_t time) { settle(&key, time); });
  }
  void save(uint32_t op, state::StateWriter* out) const override {
    save_keys(keys_, op, out, [this](const KeyData& data, state::Encoder* entry) {
      const auto& [window, count, sent] = data;
      write_item(window, pool_, entry);
      entry->whole(count);
      write_sent(sent, node_.aggregates, entry);
    });
  }
  Status load(uint32_t op, const state::StateReader& in) override {
    return load_keys(op, in, &keys_, [this](state::Decoder* entry, KeyData* data) {
      data->window = read_item(&pool_, entry);
      data->count = entry->whole();
      data->sent = read_sent(node_.aggregates, entry);
      return entry->ok();
    });
  }
  Stats stats() const override {
    Stats s{keys_.size(), keys_.size(), keys_.bytes() + pool_.live_bytes()};
    if (pool_.constant()) return s;
    keys_.for_each([&](const Key& key) {
      s.bytes += pool_.more_bytes(key.data.window.state);
    });
    return s;
  }

 private:
  struct KeyData {
    SlidingFold::Item window;
    int64_t count = 0;
    Sent sent;
  };
  using Keys = KeyTable<KeyData>;
  using Key = Keys::Key;

  void fire(Key* key, int64_t clock, WindowSink* sink) {
    SlidingFold::Item& w = key->data.window;
    WindowResult r;
    r.key = key->bytes;
    r.start = w.first;
    r.end = add_time(w.last, 1);
    r.pane = global_ ? Pane::kEarly : Pane::kOnTime;
    r.time = clock;
    emitter_.fire(r, *w.state, retracting_ ? &key->data.sent : nullptr, sink);
    key->data.count = 0;
    if (global_ && !discarding_) return;
    pool_.give(std::exchange(w.state, nullptr));
  }
  void settle(Key* key, int64_t time) {
    const int64_t limit = limit_of(*key);
    // With a limit the key stays although it is empty: its greatest time still counts.
    if (limit > time && (key->data.window.state != nullptr || limit != kEndOfTime))
      return keys_.wake_at(*key, limit);
    pool_.give(key->data.window.state);
    keys_.release(key);
  }

  const bool global_;
  const int64_t fires_at_;
  Keys keys_;
};

// `count N every M`, M not N. Windows end at multiples of M and reach back N: nothing divides the stretches
// of gcd(N, M).
class SlidingCountWindows final : public OperatorBase {
 public:
  explicit SlidingCountWindows(const plan::WindowNode& w)
      : OperatorBase(w, false),
        every_(every_of(w.assigner)),
        stretch_(plan::slices_of(w.assigner).length),
        stretches_(static_cast<size_t>(w.assigner.count / stretch_)) {}
  ~SlidingCountWindows() override {
    keys_.for_each([&](Key& key) { clear(&key); });
  }

  void row(std::string_view bytes, const event::Row& row, uint64_t order, int64_t clock,
           WindowSink* sink) override {
    emitter_.arena().reset();
    Key& key = keys_.find_or_create(bytes);
    note_time(&key, row.time);
    KeyData& d = key.data;
    if (d.open.state == nullptr) d.open = {row.time, row.time, pool_.take()};
    d.open.first = std::min(d.open.first, row.time);
    d.open.last = std::max(d.open.last, row.time);
    add(d.open.state, row, order);
    ++d.seen;
    if (d.seen % stretch_ == 0) {
      if (d.fold.size() == stretches_) d.fold.pop(&pool_);
      d.fold.push(std::exchange(d.open, {}), &pool_);
    }
    if (d.seen == every_) fire(&key, clock, sink);
    settle(&key, clock);
  }
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t, int64_t to, WindowSink*) override {
    keys_.wake_until(to, [&](Key& key, int64_t time) { settle(&key, time); });
  }
  void save(uint32_t op, state::StateWriter* out) const override {
    save_keys(keys_, op, out, [this](const KeyData& data, state::Encoder* entry) {
      const auto& [fold, open, seen] = data;
      fold.write(pool_, entry);
      write_item(open, pool_, entry);
      entry->whole(seen);
    });
  }
  Status load(uint32_t op, const state::StateReader& in) override {
    return load_keys(op, in, &keys_, [this](state::Decoder* entry, KeyData* data) {
      if (!data->fold.read(&pool_, entry)) return false;
      data->open = read_item(&pool_, entry);
      data->seen = entry->whole();
      return entry->ok() && data->seen >= 0 && data->seen < every_ && data->fold.size() <= stretches_;
    });
  }
  Stats stats() const override {
    Stats s{keys_.size(), keys_.size(), keys_.bytes() + pool_.live_bytes()};
    keys_.for_each([&](const Key& key) {
      s.bytes += key.data.fold.bytes(pool_) + pool_.more_bytes(key.data.open.state);
    });
    return s;
  }

 private:
  struct KeyData {
    SlidingFold fold;        // the last stretches
    SlidingFold::Item open;  // the one that is not full yet
    int64_t seen = 0;        // events since the last firing
  };
  using Keys = KeyTable<KeyData>;
  using Key = Keys::Key;

  void fire(Key* key, int64_t clock, WindowSink* sink) {
    key->data.seen = 0;
    const SlidingFold::Item w = key->data.fold.all(&pool_, scratch_);
    WindowResult r;
    r.key = key->bytes;
    r.start = w.first;
    r.end = add_time(w.last, 1);
    r.pane = Pane::kOnTime;
    r.time = clock;
    emitter_.fire(r, *w.state, nullptr, sink);
  }
  void clear(Key* key) {
    key->data.fold.clear(&pool_);
    pool_.give(key->data.open.state);
  }
  void settle(Key* key, int64_t time) {
    const int64_t limit = limit_of(*key);
    if (limit > time) return keys_.wake_at(*key, limit);
    clear(key);
    keys_.release(key);
  }

  const int64_t every_, stretch_;
  const size_t stretches_;
  Keys keys_;
};

}  // namespace

std::unique_ptr<WindowOperator> make_count_windows(const plan::WindowNode& w) {
  if (every_of(w.assigner) == w.assigner.count) return std::make_unique<RunningWindows>(w, false);
  return std::make_unique<SlidingCountWindows>(w);
}

std::unique_ptr<WindowOperator> make_global_windows(const plan::WindowNode& w) {
  return std::make_unique<RunningWindows>(w, true);
}

}  // namespace cep::operators

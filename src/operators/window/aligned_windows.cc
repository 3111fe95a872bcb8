#include "operators/window/aligned_windows.h"

#include "base/check.h"

namespace cep::operators {
namespace {
constexpr int64_t kRunning = 16;  // so many windows of an event may have a merge each
}  // namespace

AlignedWindows::AlignedWindows(const plan::WindowNode& w)
    : OperatorBase(w, w.lateness_ms > 0 || Trigger(w).early()),
      assigner_(w.assigner),
      slices_(assigner_.slices_per_window()),
      recorded_(trigger_.early() || retracting_),
      slices_kept_(!recorded_ || !discarding_),
      fires_often_(recorded_ || w.lateness_ms > 0),
      running_(w.early_count > 0 && !discarding_ && !pool_.constant() && slices_ > 1 &&
               assigner_.size() / assigner_.slide() <= kRunning),
      empty_(pool_.set().create()) {}

AlignedWindows::~AlignedWindows() {
  keys_.for_each([&](Key& key) {
    key.data.panes.clear(&pool_);
    for (Window& w : key.data.windows) pool_.give(w.own);
  });
  pool_.set().destroy(empty_);
}

void AlignedWindows::row(std::string_view bytes, const event::Row& row, uint64_t order, int64_t clock,
                         WindowSink* sink) {
  const int64_t last = assigner_.last_end(row.time);
  // In no window, or in none that is still kept.
  if (last <= row.time || add_time(last, node_.lateness_ms) <= clock) return;
  emitter_.arena().reset();
  Key& key = keys_.find_or_create(bytes);
  note_time(&key, row.time);
  if (slices_kept_ && slice_until(last) > clock) {
    const int64_t slice = assigner_.slice_of(row.time);
    add(key.data.panes.touch(slice, floor_div(slice, slices_), &pool_), row, order);
    if (State* running = key.data.panes.running_over(slice)) {
      pool_.set().clear(scratch_);
      add(scratch_, row, order);
      pool_.merge(running, *scratch_, expr::kRemovableCalls);
    }
  }
  recorded_ ? row_recorded(&key, row, order, clock, sink) : row_shared(&key, row, order, clock, sink);
  settle(&key, clock);
}

void AlignedWindows::row_shared(Key* key, const event::Row& row, uint64_t order, int64_t clock,
                                WindowSink* sink) {
  int64_t end = assigner_.first_end(row.time);
  const int64_t last = assigner_.last_end(row.time);
  if (clock != kNoTime && end <= clock) {
    end = std::max(end, assigner_.first_end(clock - node_.lateness_ms));
    for (; end <= clock && end <= last; end += assigner_.slide()) {
      const State* state = scratch_;
      if (discarding_) {
        pool_.set().clear(scratch_);
        add(scratch_, row, order);
      } else {
        state = contents(key, end);
      }
      fire(*key, end, Pane::kLate, *state, clock, nullptr, sink);
    }
  }
  if (end <= last) key->data.next_end = std::min(key->data.next_end, end);
}

AlignedWindows::Window& AlignedWindows::record_of(Key* key, int64_t end) {
  std::vector<Window>& windows = key->data.windows;
  const auto it = std::lower_bound(windows.begin(), windows.end(), end,
                                   [](const Window& w, int64_t e) { return w.end < e; });
  if (it != windows.end() && it->end == end) return *it;
  Window w{};
  w.end = end;
  if (discarding_ || running_) w.own = pool_.take();
  return *windows.insert(it, std::move(w));
}

void AlignedWindows::row_recorded(Key* key, const event::Row& row, uint64_t order, int64_t clock,
                                  WindowSink* sink) {
  const int64_t last = assigner_.last_end(row.time);
  int64_t end = assigner_.first_end(row.time);
  if (clock != kNoTime && end <= clock) end = std::max(end, assigner_.first_end(clock - node_.lateness_ms));
  if (running_) {
    pool_.set().clear(scratch_);
    add(scratch_, row, order);
    for (int64_t e = end; e <= last; e += assigner_.slide())
      pool_.merge(record_of(key, e).own, *scratch_, expr::kRemovableCalls);
  }
  for (; end <= last; end += assigner_.slide()) {
    Window& w = record_of(key, end);
    if (discarding_) add(w.own, row, order);
    if (end <= clock) {
      w.fired = true;
      fire_record(key, &w, Pane::kLate, clock, sink);
    } else if (trigger_.on_row(&w.trigger, row.time, clock)) {
      fire_record(key, &w, Pane::kEarly, clock, sink);
    }
  }
}

void AlignedWindows::advance(int64_t, int64_t to, WindowSink* sink) {
  keys_.wake_until(to, [&](Key& key, int64_t time) { wake(&key, time, to, sink); });
}

void AlignedWindows::wake(Key* key, int64_t time, int64_t to, WindowSink* sink) {
  recorded_ ? wake_recorded(key, time, std::min(to, limit_of(*key)), sink) : wake_shared(key, time, sink);
  settle(key, time);
}

void AlignedWindows::wake_shared(Key* key, int64_t time, WindowSink* sink) {
  while (key->data.next_end <= time) {
    const int64_t end = key->data.next_end;
    const State* state = contents(key, end);
    CEP_CHECK(state != nullptr);
    fire(*key, end, Pane::kOnTime, *state, end, nullptr, sink);
    key->data.next_end = end_after(*key, end);
  }
}

// The end of the first window after this one that has events.
int64_t AlignedWindows::end_after(const Key& key, int64_t end) const {
  const int64_t next = end + assigner_.slide();
  int64_t slice;
  if (!key.data.panes.first_from(assigner_.slice_end(next) - slices_, &slice)) return kEndOfTime;
  return std::max(next, assigner_.first_end(assigner_.slice_start(slice)));
}

// `to`: windows that end by then fire on time in this step.
void AlignedWindows::wake_recorded(Key* key, int64_t time, int64_t to, WindowSink* sink) {
  for (Window& w : key->data.windows) {
    if (w.fired) continue;
    if (w.end <= time) {
      w.fired = true;
      if (!discarding_ || w.trigger.dirty) fire_record(key, &w, Pane::kOnTime, w.end, sink);
    } else if (w.trigger.look <= time && w.end > to) {
      fire_record(key, &w, Pane::kEarly, time, sink);
    } else if (w.trigger.look <= time) {
      w.trigger.look = kEndOfTime;  // this step reaches its end
    }
  }
}

void AlignedWindows::tick(int64_t now, int64_t clock, WindowSink* sink) {
  if (!tick_passes(now)) return;
  for (Key* key : keys_.sorted())
    for (Window& w : key->data.windows)
      if (!w.fired && w.trigger.dirty) fire_record(key, &w, Pane::kEarly, clock, sink);
}

void AlignedWindows::settle(Key* key, int64_t time) {
  KeyData& d = key->data;
  const int64_t limit = limit_of(*key);
  if (limit <= time) return drop(key);
  int64_t wake = std::min(limit, d.next_end);
  while (!d.panes.empty()) {
    const int64_t until = slice_until(assigner_.last_end(assigner_.slice_start(d.panes.first_slice())));
    if (until > time) {
      wake = std::min(wake, until);
      break;
    }
    d.panes.drop_before(d.panes.first_slice() + 1, &pool_);
  }
  size_t gone = 0;
  for (; gone < d.windows.size() && add_time(d.windows[gone].end, node_.lateness_ms) <= time; ++gone)
    pool_.give(d.windows[gone].own);
  d.windows.erase(d.windows.begin(), d.windows.begin() + static_cast<ptrdiff_t>(gone));
  for (const Window& w : d.windows) {
    wake = std::min({wake, w.trigger.look, w.fired ? add_time(w.end, node_.lateness_ms) : w.end});
  }
  if (d.panes.empty() && d.windows.empty()) return drop(key);
  keys_.wake_at(*key, wake);
}

void AlignedWindows::drop(Key* key) {
  key->data.panes.clear(&pool_);
  for (Window& w : key->data.windows) pool_.give(w.own);
  keys_.release(key);
}

const StatePool::State* AlignedWindows::contents(Key* key, int64_t end) {
  const int64_t to = assigner_.slice_end(end);
  return key->data.panes.window(to - slices_, to, fires_often_, &pool_, scratch_);
}

const StatePool::State* AlignedWindows::contents_of(Key* key, const Window& w) {
  if (discarding_) return w.own;
  if (!running_) return contents(key, w.end);
  constexpr uint8_t kOthers = expr::kGroupedCalls | expr::kOrderedCalls;
  if (!pool_.set().any(kOthers)) return w.own;
  const int64_t to = assigner_.slice_end(w.end);
  pool_.set().clear(w.own, kOthers);
  key->data.panes.merge_panes(to - slices_, to, kOthers, w.own, &pool_);
  return w.own;
}

void AlignedWindows::fire(const Key& key, int64_t end, Pane pane, const State& state, int64_t time,
                          Sent* sent, WindowSink* sink) {
  WindowResult r;
  r.key = key.bytes;
  r.start = end - assigner_.size();
  r.end = end;
  r.pane = pane;
  r.time = time;
  emitter_.fire(r, state, sent, sink);
}

void AlignedWindows::fire_record(Key* key, Window* w, Pane pane, int64_t time, WindowSink* sink) {
  const State* state = contents_of(key, *w);
  CEP_CHECK(state != nullptr);
  fire(*key, w->end, pane, *state, time, retracting_ ? &w->sent : nullptr, sink);
  Trigger::fired(&w->trigger);
  if (discarding_) pool_.set().clear(w->own);
}

void AlignedWindows::save(uint32_t op, state::StateWriter* out) const {
  save_keys(keys_, op, out, [this](const KeyData& data, state::Encoder* entry) { write(data, entry); });
}

Status AlignedWindows::load(uint32_t op, const state::StateReader& in) {
  return load_keys(op, in, &keys_, [this](state::Decoder* entry, KeyData* data) { return read(entry, data); });
}

void AlignedWindows::write(const KeyData& data, state::Encoder* out) const {
  const auto& [panes, next_end, windows] = data;
  panes.write(pool_, out);
  out->whole(next_end);
  out->number(windows.size());
  for (const auto& [end, trigger, fired, own, sent] : windows) {
    out->whole(end);
    write_trigger(trigger, out);
    out->flag(fired);
    pool_.write(own, out);
    write_sent(sent, node_.aggregates, out);
  }
}

bool AlignedWindows::read(state::Decoder* in, KeyData* data) {
  if (!data->panes.read(slices_, &pool_, in)) return false;
  data->next_end = in->whole();
  if (data->next_end != base::kEndOfTime && !has_contents(*data, data->next_end)) return false;
  for (size_t n = in->count(); n > 0; --n) {
    Window w{};
    w.end = in->whole();
    w.trigger = read_trigger(in);
    w.fired = in->flag();
    w.own = pool_.read(in);
    w.sent = read_sent(node_.aggregates, in);
    const bool rises = data->windows.empty() || data->windows.back().end < w.end;
    const bool has_own = (w.own != nullptr) == (discarding_ || running_);
    data->windows.push_back(std::move(w));
    if (!in->ok() || !rises || !has_own || (!discarding_ && !has_contents(*data, data->windows.back().end))) return false;
  }
  return in->ok() && (recorded_ || data->windows.empty());
}

// Whether the window of this end has events.
bool AlignedWindows::has_contents(const KeyData& data, int64_t end) const {
  const int64_t to = assigner_.slice_end(end);
  int64_t slice;
  return data.panes.first_from(to - slices_, &slice) && slice < to;
}

WindowOperator::Stats AlignedWindows::stats() const {
  Stats s;
  s.keys = keys_.size();
  s.bytes = keys_.bytes() + pool_.live_bytes();
  keys_.for_each([&](const Key& key) {
    s.windows += recorded_ ? key.data.windows.size() : key.data.next_end != kEndOfTime;
    s.bytes += key.data.panes.bytes(pool_) + key.data.windows.capacity() * sizeof(Window);
    if (pool_.constant()) return;
    for (const Window& w : key.data.windows) s.bytes += pool_.more_bytes(w.own);
  });
  return s;
}

}  // namespace cep::operators

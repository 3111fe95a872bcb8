// Session windows: an event is a window [time, time + gap) that is merged with every session of its key that
// it touches, fired ones that are still kept too. A merged session has the contents, counts and results of
// its parts.
#include "operators/window/session_windows.h"

#include "operators/window/operator_base.h"

namespace cep::operators {
namespace {

class SessionWindows final : public OperatorBase {
 public:
  explicit SessionWindows(const plan::WindowNode& w)
      // A session that has fired can fire again only while it is kept, and before its end early.
      : OperatorBase(w, w.lateness_ms > 0 || Trigger(w).early()), gap_(w.assigner.size_ms) {}
  ~SessionWindows() override {
    keys_.for_each([&](Key& key) {
      for (Session& s : key.data) pool_.give(s.state);
    });
  }

  void row(std::string_view key, const event::Row& row, uint64_t order, int64_t clock,
           WindowSink* sink) override;
  int64_t next_deadline() const override { return keys_.next(); }
  void advance(int64_t from, int64_t to, WindowSink* sink) override;
  void tick(int64_t now, int64_t clock, WindowSink* sink) override;
  Stats stats() const override;
  void save(uint32_t op, state::StateWriter* out) const override;
  Status load(uint32_t op, const state::StateReader& in) override;

 private:
  struct Session {
    int64_t start, end;
    State* state;
    TriggerState trigger;
    bool fired = false;  // on time
    Sent sent;
  };
  using Sessions = std::vector<Session>;  // rising, none touches another
  using Keys = KeyTable<Sessions>;
  using Key = Keys::Key;

  Session& join(Sessions* sessions, int64_t time);
  void absorb(Session* into, Session* from);
  void wake(Key* key, int64_t time, int64_t to, WindowSink* sink);
  void fire(const Key& key, Session* s, Pane pane, int64_t time, WindowSink* sink);
  void settle(Key* key, int64_t time);
  bool read(state::Decoder* in, Sessions* sessions);

  const int64_t gap_;
  Keys keys_;
};

void SessionWindows::row(std::string_view bytes, const event::Row& row, uint64_t order, int64_t clock,
                         WindowSink* sink) {
  emitter_.arena().reset();
  Key& key = keys_.find_or_create(bytes);
  note_time(&key, row.time);
  Session& s = join(&key.data, row.time);
  add(s.state, row, order);
  if (s.end <= clock) {
    s.fired = true;
    fire(key, &s, Pane::kLate, clock, sink);
  } else {
    s.fired = false;
    if (trigger_.on_row(&s.trigger, row.time, clock)) fire(key, &s, Pane::kEarly, clock, sink);
  }
  settle(&key, clock);
}

// The session of an event of this time, after merging all that it touches.
SessionWindows::Session& SessionWindows::join(Sessions* sessions, int64_t time) {
  const int64_t end = add_time(time, gap_);
  auto first = sessions->end();
  while (first != sessions->begin() && std::prev(first)->end >= time) --first;
  auto last = first;
  while (last != sessions->end() && last->start <= end) ++last;
  if (first == last) {
    Session s{};
    s.start = time;
    s.end = end;
    s.state = pool_.take();
    return *sessions->insert(first, std::move(s));
  }
  for (auto it = first + 1; it != last; ++it) absorb(&*first, &*it);
  sessions->erase(first + 1, last);
  first->start = std::min(first->start, time);
  first->end = std::max(first->end, end);
  return *first;
}

void SessionWindows::absorb(Session* into, Session* from) {
  into->end = from->end;
  pool_.absorb(into->state, from->state);
  Trigger::merge(&into->trigger, from->trigger);
  for (SentResult& r : from->sent) into->sent.push_back(std::move(r));
}

void SessionWindows::advance(int64_t, int64_t to, WindowSink* sink) {
  keys_.wake_until(to, [&](Key& key, int64_t time) {
    wake(&key, time, std::min(to, limit_of(key)), sink);
    settle(&key, time);
  });
}

// `to`: sessions that end by then fire on time in this step.
void SessionWindows::wake(Key* key, int64_t time, int64_t to, WindowSink* sink) {
  for (Session& s : key->data) {
    if (s.fired) continue;
    if (s.end <= time) {
      s.fired = true;
      if (!discarding_ || s.trigger.dirty) fire(*key, &s, Pane::kOnTime, s.end, sink);
    } else if (s.trigger.look <= time) {
      if (s.end > to) fire(*key, &s, Pane::kEarly, time, sink);
      s.trigger.look = kEndOfTime;
    }
  }
}

void SessionWindows::tick(int64_t now, int64_t clock, WindowSink* sink) {
  if (!tick_passes(now)) return;
  for (Key* key : keys_.sorted())
    for (Session& s : key->data)
      if (!s.fired && s.trigger.dirty) fire(*key, &s, Pane::kEarly, clock, sink);
}

void SessionWindows::fire(const Key& key, Session* s, Pane pane, int64_t time, WindowSink* sink) {
  WindowResult r;
  r.key = key.bytes;
  r.start = s->start;
  r.end = s->end;
  r.pane = pane;
  r.time = time;
  emitter_.fire(r, *s->state, retracting_ ? &s->sent : nullptr, sink);
  Trigger::fired(&s->trigger);
  if (discarding_) pool_.set().clear(s->state);
}

void SessionWindows::settle(Key* key, int64_t time) {
  const int64_t limit = limit_of(*key);
  std::erase_if(key->data, [&](Session& s) {
    if (limit > time && add_time(s.end, node_.lateness_ms) > time) return false;
    pool_.give(s.state);
    return true;
  });
  if (key->data.empty()) return keys_.release(key);
  int64_t wake = limit;
  for (const Session& s : key->data)
    wake = std::min({wake, s.trigger.look, s.fired ? add_time(s.end, node_.lateness_ms) : s.end});
  keys_.wake_at(*key, wake);
}

void SessionWindows::save(uint32_t op, state::StateWriter* out) const {
  save_keys(keys_, op, out, [this](const Sessions& sessions, state::Encoder* entry) {
    entry->number(sessions.size());
    for (const auto& [start, end, state, trigger, fired, sent] : sessions) {
      entry->whole(start);
      entry->whole(end);
      pool_.write(state, entry);
      write_trigger(trigger, entry);
      entry->flag(fired);
      write_sent(sent, node_.aggregates, entry);
    }
  });
}

Status SessionWindows::load(uint32_t op, const state::StateReader& in) {
  return load_keys(op, in, &keys_, [this](state::Decoder* entry, Sessions* sessions) { return read(entry, sessions); });
}

bool SessionWindows::read(state::Decoder* in, Sessions* sessions) {
  for (size_t n = in->count(); n > 0; --n) {
    Session s{};
    s.start = in->whole();
    s.end = in->whole();
    s.state = pool_.read(in);
    s.trigger = read_trigger(in);
    s.fired = in->flag();
    s.sent = read_sent(node_.aggregates, in);
    const bool apart = sessions->empty() || sessions->back().end < s.start;
    const bool good = in->ok() && s.state != nullptr && s.start <= s.end && apart;
    sessions->push_back(std::move(s));
    if (!good) return false;
  }
  return in->ok();
}

WindowOperator::Stats SessionWindows::stats() const {
  Stats out;
  out.keys = keys_.size();
  out.bytes = keys_.bytes() + pool_.live_bytes();
  keys_.for_each([&](const Key& key) {
    out.windows += key.data.size();
    out.bytes += key.data.capacity() * sizeof(Session);
    if (!pool_.constant())
      for (const Session& s : key.data) out.bytes += pool_.more_bytes(s.state);
  });
  return out;
}

}  // namespace

std::unique_ptr<WindowOperator> make_session_windows(const plan::WindowNode& w) {
  return std::make_unique<SessionWindows>(w);
}

}  // namespace cep::operators

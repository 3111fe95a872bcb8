#include "operators/join/window_join.h"

#include <algorithm>

namespace cep::operators {

WindowJoin::~WindowJoin() {
  keys_.for_each([&](Key& key) {
    for (RowList& side : key.data.sides) side.clear(&store_);
  });
}

void WindowJoin::fire(Key* key, int64_t start, int64_t to, int64_t end, JoinSink* sink) {
  RowList &a_rows = key->data.sides[0], &b_rows = key->data.sides[1];
  const RowList::Entry* const b_begin = b_rows.lower_bound(start);
  const RowList::Entry* const b_end = b_rows.lower_bound(to);
  if (b_begin == b_end && !left_) return;
  const RowList::Entry* const a_end = a_rows.lower_bound(to);
  for (const RowList::Entry* a = a_rows.lower_bound(start); a != a_end; ++a) {
    bool paired = false;
    for (const RowList::Entry* b = b_begin; b != b_end; ++b)
      paired |= sink->on_pair(key->bytes, *a->row, b->row, start, end - 1, end);
    if (left_ && !paired) sink->on_pair(key->bytes, *a->row, nullptr, start, end - 1, end);
  }
}

void WindowJoin::drop_before(Key* key, int64_t time) {
  for (RowList& side : key->data.sides)
    while (!side.empty() && side.front().time < time) side.pop_front(&store_);
}

void WindowJoin::release(Key* key) {
  keys_.release(key);
  if (keys_.size() == 0) store_.give_back();
}

void WindowJoin::save(uint32_t op, const state::RowCodec& rows, state::StateWriter* out) const {
  keys_.for_each([&](const Key& key) {
    const auto& [sides, sessions, next_end] = key.data;
    state::Encoder& entry = out->entry(op, state::Part::kJoin, key.bytes);
    entry.whole(key.wake);
    for (const RowList& side : sides) side.write(rows, &entry);
    entry.number(sessions.size());
    for (const auto& [start, end] : sessions) {
      entry.whole(start);
      entry.whole(end);
    }
    entry.whole(next_end);
  });
}

Status WindowJoin::load(uint32_t op, state::RowCodec* rows, const state::StateReader& in) {
  return in.each(op, state::Part::kJoin, [&](std::string_view bytes, state::Decoder* entry) {
    Key& key = keys_.find_or_create(bytes);
    const int64_t wake = entry->whole();
    if (!read(rows, entry, &key.data)) return state::damaged(op, state::Part::kJoin);
    keys_.wake_at(key, wake);
    return Status();
  });
}

bool WindowJoin::read(state::RowCodec* rows, state::Decoder* in, KeyData* data) {
  for (uint16_t input = 0; input < 2; ++input)
    if (!data->sides[input].read(input, rows, &store_, in)) return false;
  for (size_t n = in->count(); n > 0; --n) {
    const int64_t start = in->whole(), end = in->whole();
    const bool apart = data->sessions.empty() || data->sessions.back().end < start;
    if (!in->ok() || start > end || !apart) return false;
    data->sessions.push_back({start, end});
  }
  data->next_end = in->whole();
  return in->ok();
}

JoinOperator::Stats WindowJoin::stats() const {
  Stats s;
  s.keys = keys_.size();
  s.rows = store_.rows();
  s.bytes = keys_.bytes() + store_.bytes();
  keys_.for_each([&](const Key& key) {
    for (const RowList& side : key.data.sides) s.bytes += side.bytes();
    s.bytes += key.data.sessions.capacity() * sizeof(Session);
  });
  return s;
}

namespace {

// A key is woken at the end of its first window that has rows and has not fired; the next one follows from the earliest
// row that is still in a window. Where all rows are of one side and nobody comes out alone, no window has anything to
// say: the key is woken when its earliest row is in no open window any more.
class AlignedJoin final : public WindowJoin {
 public:
  explicit AlignedJoin(const plan::JoinNode& join) : WindowJoin(join), assigner_(join.assigner) {}

  void row(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink*) override {
    const int64_t last = assigner_.last_end(row.time);
    int64_t end = assigner_.first_end(row.time);
    if (clock != kNoTime && end <= clock) end = assigner_.first_end(clock);
    if (last <= row.time || end > last) return;  // in no window, or in none that is still open
    Key& key = keys_.find_or_create(bytes);
    key.data.sides[row.input].insert(row, false, &store_);
    const bool waits = !left_ && key.data.sides[1 - row.input].empty();
    key.data.next_end = std::min(key.data.next_end, waits ? last : end);
    keys_.wake_at(key, key.data.next_end);
  }

  void advance(int64_t, int64_t to, JoinSink* sink) override {
    keys_.wake_until(to, [&](Key& key, int64_t time) { wake(&key, time, sink); });
  }

 private:
  void wake(Key* key, int64_t time, JoinSink* sink) {
    KeyData& d = key->data;
    while (d.next_end <= time) {
      const int64_t end = d.next_end;
      fire(key, end - assigner_.size(), end, end, sink);
      // The next window begins here, and no later one sooner.
      drop_before(key, add_time(end - assigner_.size(), assigner_.slide()));
      d.next_end = end_after(d, end);
    }
    if (d.next_end == kEndOfTime) return release(key);
    keys_.wake_at(*key, d.next_end);
  }

  int64_t end_after(const KeyData& d, int64_t end) const {
    const bool waits = !left_ && (d.sides[0].empty() || d.sides[1].empty());
    int64_t next = kEndOfTime;
    for (const RowList& side : d.sides) {
      if (side.empty()) continue;
      const int64_t time = side.front().time;
      const int64_t first = std::max(assigner_.first_end(time), add_time(end, assigner_.slide()));
      next = std::min(next, waits ? assigner_.last_end(time) : first);
    }
    return next;
  }

  const AlignedAssigner assigner_;
};

// Sessions of one key lie apart in time, so each is a stretch of the rows; the first one ends first. A key that has rows and no sessions is one with a null in it: it equals no other, so
// each of its rows is a session of its own.
class SessionJoin final : public WindowJoin {
 public:
  explicit SessionJoin(const plan::JoinNode& join) : WindowJoin(join), gap_(join.assigner.size_ms) {}

  void lone_row(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink*) override {
    const int64_t end = end_of(row.time);
    if (end <= clock) return;
    Key& key = keys_.find_or_create(bytes);
    key.data.sides[0].insert(row, false, &store_);
    keys_.wake_at(key, end);
  }

  void row(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink*) override {
    Session session{row.time, end_of(row.time)};
    if (session.end <= clock) return;
    Key& key = keys_.find_or_create(bytes);
    key.data.sides[row.input].insert(row, false, &store_);
    std::vector<Session>& all = key.data.sessions;
    const auto first = std::lower_bound(all.begin(), all.end(), session.start,
                                        [](const Session& s, int64_t start) { return s.end < start; });
    auto last = first;
    for (; last != all.end() && last->start <= session.end; ++last) {
      session.start = std::min(session.start, last->start);
      session.end = std::max(session.end, last->end);
    }
    if (first == last) {
      all.insert(first, session);
    } else {
      *first = session;
      all.erase(first + 1, last);
    }
    keys_.wake_at(key, all.front().end);
  }

  void advance(int64_t, int64_t to, JoinSink* sink) override {
    keys_.wake_until(to, [&](Key& key, int64_t time) { wake(&key, time, sink); });
  }

 private:
  int64_t end_of(int64_t time) const { return base::reachable(add_time(time, gap_)); }

  void wake_lone(Key* key, int64_t time, JoinSink* sink) {
    RowList& rows = key->data.sides[0];
    for (; !rows.empty(); rows.pop_front(&store_)) {
      const int64_t start = rows.front().time, end = end_of(start);
      if (end > time) return keys_.wake_at(*key, end);
      sink->on_pair(key->bytes, *rows.front().row, nullptr, start, end - 1, end);
    }
    release(key);
  }

  void wake(Key* key, int64_t time, JoinSink* sink) {
    std::vector<Session>& all = key->data.sessions;
    if (all.empty()) return wake_lone(key, time, sink);
    size_t ended = 0;
    for (; ended < all.size() && all[ended].end <= time; ++ended) {
      const Session s = all[ended];
      fire(key, s.start, s.end + 1, s.end, sink);
      drop_before(key, s.end + 1);
    }
    all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(ended));
    if (all.empty()) return release(key);
    keys_.wake_at(*key, all.front().end);
  }

  const int64_t gap_;
};

}  // namespace

std::unique_ptr<JoinOperator> make_aligned_join(const plan::JoinNode& join) {
  return std::make_unique<AlignedJoin>(join);
}
std::unique_ptr<JoinOperator> make_session_join(const plan::JoinNode& join) {
  return std::make_unique<SessionJoin>(join);
}

}  // namespace cep::operators

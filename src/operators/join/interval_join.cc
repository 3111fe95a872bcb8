#include "operators/join/interval_join.h"

#include <algorithm>

namespace cep::operators {
namespace {

using base::reachable;
using base::subtract_time;

// Of what a side keeps for this long at most an eighth more is kept.
int64_t grain(int64_t kept) { return std::max<int64_t>(kept / 8, 1); }
int64_t coarse(int64_t time, int64_t grain) { return reachable(next_multiple(time - 1, grain)); }

}  // namespace

IntervalJoin::IntervalJoin(const plan::JoinNode& join)
    : lower_(join.lower_ms),
      upper_(join.upper_ms),
      left_(join.left),
      reach_(join.left ? std::max<int64_t>(join.upper_ms, 0) : join.upper_ms),
      grain_a_(join.left ? 1 : grain(reach_)),
      grain_b_(grain(subtract_time(0, lower_))) {}

IntervalJoin::~IntervalJoin() {
  keys_.for_each([&](Key& key) {
    key.data.a.clear(&store_);
    key.data.b.clear(&store_);
  });
}

int64_t IntervalJoin::until_a(int64_t time) const {
  return reachable(add_time(add_time(time, reach_), 1));
}
int64_t IntervalJoin::until_b(int64_t time) const {
  return reachable(add_time(subtract_time(time, lower_), 1));
}

void IntervalJoin::row(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink* sink) {
  row.input == 0 ? row_of_a(bytes, row, clock, sink) : row_of_b(bytes, row, clock, sink);
}

void IntervalJoin::row_of_a(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink* sink) {
  Key* key = keys_.find(bytes);
  bool paired = false;
  if (key != nullptr) {
    RowList& others = key->data.b;
    const int64_t last = add_time(row.time, upper_);
    for (auto* b = others.lower_bound(add_time(row.time, lower_)); b != others.end() && b->time <= last; ++b)
      paired |= sink->on_pair(bytes, row, b->row, row.time, std::max(row.time, b->time), clock);
  }
  if (until_a(row.time) <= clock) return;
  if (key == nullptr) key = &keys_.find_or_create(bytes);
  key->data.a.insert(row, paired, &store_);
  plan_wake(key);
}

void IntervalJoin::row_of_b(std::string_view bytes, const event::Row& row, int64_t clock, JoinSink* sink) {
  Key* key = keys_.find(bytes);
  if (key != nullptr) {
    RowList& others = key->data.a;
    const int64_t last = subtract_time(row.time, lower_);
    for (auto* a = others.lower_bound(subtract_time(row.time, upper_)); a != others.end() && a->time <= last; ++a)
      a->paired |= sink->on_pair(bytes, *a->row, &row, a->time, std::max(row.time, a->time), clock);
  }
  if (until_b(row.time) <= clock) return;
  if (key == nullptr) key = &keys_.find_or_create(bytes);
  key->data.b.insert(row, false, &store_);
  plan_wake(key);
}

void IntervalJoin::plan_wake(Key* key) {
  RowList &a = key->data.a, &b = key->data.b;
  if (!a.empty()) keys_.wake_at(*key, coarse(until_a(a.front().time), grain_a_));
  if (!b.empty()) keys_.wake_at(*key, coarse(until_b(b.front().time), grain_b_));
}

void IntervalJoin::wake(Key* key, int64_t time, JoinSink* sink) {
  RowList &a = key->data.a, &b = key->data.b;
  for (; !a.empty(); a.pop_front(&store_)) {
    const RowList::Entry& first = a.front();
    const int64_t until = until_a(first.time);
    if (until > time) break;
    if (left_ && !first.paired) sink->on_pair(key->bytes, *first.row, nullptr, first.time, until - 1, until);
  }
  while (!b.empty() && until_b(b.front().time) <= time) b.pop_front(&store_);
  if (!a.empty() || !b.empty()) return plan_wake(key);
  keys_.release(key);
  if (keys_.size() == 0) store_.give_back();
}

void IntervalJoin::advance(int64_t, int64_t to, JoinSink* sink) {
  keys_.wake_until(to, [&](Key& key, int64_t time) { wake(&key, time, sink); });
}

void IntervalJoin::save(uint32_t op, const state::RowCodec& rows, state::StateWriter* out) const {
  keys_.for_each([&](const Key& key) {
    const auto& [a, b] = key.data;
    state::Encoder& entry = out->entry(op, state::Part::kJoin, key.bytes);
    entry.whole(key.wake);
    a.write(rows, &entry);
    b.write(rows, &entry);
  });
}

Status IntervalJoin::load(uint32_t op, state::RowCodec* rows, const state::StateReader& in) {
  return in.each(op, state::Part::kJoin, [&](std::string_view bytes, state::Decoder* entry) {
    Key& key = keys_.find_or_create(bytes);
    const int64_t wake = entry->whole();
    if (!key.data.a.read(0, rows, &store_, entry) || !key.data.b.read(1, rows, &store_, entry)) return state::damaged(op, state::Part::kJoin);
    keys_.wake_at(key, wake);
    return Status();
  });
}

JoinOperator::Stats IntervalJoin::stats() const {
  Stats s;
  s.keys = keys_.size();
  s.rows = store_.rows();
  s.bytes = keys_.bytes() + store_.bytes();
  keys_.for_each([&](const Key& key) { s.bytes += key.data.a.bytes() + key.data.b.bytes(); });
  return s;
}

}  // namespace cep::operators

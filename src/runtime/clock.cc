#include "runtime/clock.h"

#include <algorithm>
#include <functional>

namespace cep::runtime {
namespace {

using base::add_time;
using base::reachable;
using base::subtract_time;

// Values whose greatest time lies before `bound` hold nothing back, and never will again: the bound only rises, and one that comes back with a newer event counts
// as a new one. Their times go at once, they themselves when they are as many as the others.
void forget_silent(int64_t bound, std::map<std::string, int64_t, std::less<>>* values, std::multiset<int64_t>* times, uint64_t* text_bytes) {
  times->erase(times->begin(), times->lower_bound(bound));
  if (values->size() <= 2 * times->size() + 64) return;
  std::erase_if(*values, [&](const auto& value) {
    const bool silent = value.second < bound;
    if (silent) *text_bytes -= value.first.size();
    return silent;
  });
}

}  // namespace

ClockSet::ClockSet(const plan::Plan& plan, const plan::Topology& topology)
    : topology_(topology), streams_(plan.nodes.size()), feeds_(plan.nodes.size()), clocks_(topology.clocks.size(), kNoTime),
      dirty_(topology.clocks.size(), 0) {
  for (int node : topology.sources) {
    Stream& s = streams_[node];
    s.source = &plan.nodes[node].source;
    s.feed = topology.feed[node];
    feeds_[s.feed].streams.push_back(node);
    lags_ |= s.source->own_max_lag_ms >= 0;
  }
  for (size_t g = 0; g < topology.clocks.size(); ++g)
    for (int node : topology.clocks[g]) streams_[node].groups.push_back(static_cast<int>(g));
}

// `own`, punctuated and `by` streams go by their own events alone.
bool ClockSet::follows_feed(const Stream& s) const {
  return !s.source->own && !s.source->watermark.punctuated && s.source->watermark.by_field == -1;
}

void ClockSet::raise(int node, int64_t watermark) {
  Stream& s = streams_[node];
  if (watermark <= s.watermark) return;
  s.watermark = watermark;
  for (int g : s.groups) look_at(g);
}

void ClockSet::on_event(int source, int64_t time, std::string_view value, bool punctuates) {
  Stream& s = streams_[source];
  Feed& feed = feeds_[s.feed];
  const plan::Watermark& w = s.source->watermark;
  bool foremost = time > feed.greatest_of_all;
  if (foremost) feed.greatest_of_all = time;
  if (time > s.greatest) s.greatest = time;
  if (w.punctuated) {
    if (punctuates) raise(source, reachable(add_time(time, 1)));
  } else if (w.by_field != -1) {
    on_by(&s, time, value);
    if (w.by_max_lag_ms >= 0) forget_silent(subtract_time(s.greatest, w.by_max_lag_ms), &s.by, &s.by_times, &s.by_text_bytes);
    raise(source, subtract_time(*s.by_times.begin(), w.delay_ms));
  } else if (s.source->own) {
    raise(source, subtract_time(s.greatest, w.delay_ms));
  }
  if (!s.source->own && time > feed.greatest) {
    feed.greatest = time;
    for (int node : feed.streams)
      if (follows_feed(streams_[node])) raise(node, subtract_time(time, streams_[node].source->watermark.delay_ms));
  }
  if (lags_ && foremost)
    for (int node : feed.streams)
      for (int g : streams_[node].groups) look_at(g);
}

void ClockSet::look_at(int group) {
  if (dirty_[group]) return;
  dirty_[group] = 1;
  dirty_list_.push_back(group);
}

void ClockSet::on_by(Stream* s, int64_t time, std::string_view value) {
  auto at = s->by.find(value);
  if (at == s->by.end()) {
    s->by.emplace(value, time);
    s->by_text_bytes += value.size();
    s->by_times.insert(time);
  } else if (time > at->second) {
    const auto before = s->by_times.find(at->second);
    if (before != s->by_times.end()) s->by_times.erase(before);
    at->second = time;
    s->by_times.insert(time);
  }
}

uint64_t ClockSet::by_bytes(int source) const {
  constexpr uint64_t kNode = 4 * sizeof(void*);   // that a tree adds to what it holds
  const Stream& s = streams_[source];
  return s.by_text_bytes + s.by.size() * (kNode + sizeof(std::pair<const std::string, int64_t>)) + s.by_times.size() * (kNode + sizeof(int64_t));
}

void ClockSet::on_assert(int source, int64_t time) {
  if (source >= 0) return raise(source, reachable(add_time(time, 1)));
  for (int node : topology_.sources) raise(node, reachable(add_time(time, 1)));
}

void ClockSet::on_end() {
  for (int node : topology_.sources) {
    int64_t greatest = feeds_[streams_[node].feed].greatest_of_all;
    if (greatest != kNoTime) raise(node, reachable(add_time(greatest, 1)));
  }
}

void ClockSet::on_arrival(int source, int64_t arrival_ms) {
  Stream& s = streams_[source];
  s.last_arrival = arrival_ms;
  if (s.source->idle_ms < 0) return;
  s.arrival = arrival_ms;
  s.at_arrival = s.watermark;
}

void ClockSet::on_tick(int64_t now_ms) {
  for (int node : topology_.sources) {
    Stream& s = streams_[node];
    if (s.source->idle_ms < 0 || s.arrival == kNoTime || s.at_arrival == kNoTime) continue;
    int64_t silent = now_ms - s.arrival;
    if (silent >= s.source->idle_ms) raise(node, reachable(add_time(s.at_arrival, silent)));
  }
}

void ClockSet::on_pause(int64_t from_ms, int64_t to_ms) {
  for (int node : topology_.sources) {
    Stream& s = streams_[node];
    if (s.arrival != kNoTime && s.arrival < to_ms) s.arrival += to_ms - std::max(from_ms, s.arrival);
  }
}

// The least watermark of the group; an `own max lag` stream that is too far behind the foremost of its feed holds nobody back. If all are (the foremost is none
// of the group's), the foremost of the group counts in its place.
int64_t ClockSet::group_clock(const std::vector<int>& nodes) const {
  if (nodes.size() == 1) return streams_[nodes.front()].watermark;
  int64_t clock = least_behind(nodes, feeds_[streams_[nodes.front()].feed].greatest_of_all);
  if (clock != kEndOfTime) return clock;
  int64_t foremost = kNoTime;
  for (int node : nodes) foremost = std::max(foremost, streams_[node].greatest);
  return least_behind(nodes, foremost);
}

// The least watermark of those that `foremost` does not leave behind; kEndOfTime if it leaves all.
int64_t ClockSet::least_behind(const std::vector<int>& nodes, int64_t foremost) const {
  int64_t least = kEndOfTime;
  for (int node : nodes) {
    if (!left_behind(node, foremost)) least = std::min(least, streams_[node].watermark);
  }
  return least;
}

bool ClockSet::left_behind(int node, int64_t foremost) const {
  const int64_t lag = streams_[node].source->own_max_lag_ms;
  return lag >= 0 && streams_[node].greatest < subtract_time(foremost, lag);
}

const std::vector<int>& ClockSet::take_changed() {
  changed_.clear();
  if (dirty_list_.empty()) return changed_;
  if (lags_)
    for (size_t g = 0; g < clocks_.size(); ++g)
      if (!topology_.read_by[g].empty()) look_at(static_cast<int>(g));
  // A clock that goes with its readers comes before them in number: these are done first.
  std::sort(dirty_list_.begin(), dirty_list_.end(), std::greater<>());
  for (int g : dirty_list_) {
    dirty_[g] = 0;
    int64_t clock = group_clock(topology_.clocks[g]);
    if (lags_)
      for (int reader : topology_.read_by[g]) clock = std::max(clock, clocks_[reader]);
    if (clock > clocks_[g]) {
      clocks_[g] = clock;
      changed_.push_back(g);
    }
  }
  dirty_list_.clear();
  return changed_;
}

}  // namespace cep::runtime

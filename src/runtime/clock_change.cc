// What becomes of the clocks when a program is loaded in the place of another, and what people are told of them.
#include <algorithm>

#include "runtime/clock.h"

namespace cep::runtime {

void ClockSet::take_over(const ClockSet& before, const Succession& succession) {
  for (int node : topology_.sources) {
    const int old = succession.node_before[node];
    if (old < 0) continue;
    Stream& s = streams_[node];
    const Stream& was = before.streams_[old];
    s.greatest = was.greatest;
    s.watermark = was.watermark;
    s.arrival = was.arrival;
    s.last_arrival = was.last_arrival;
    s.at_arrival = was.at_arrival;
    s.by = was.by;
    s.by_times = was.by_times;
    s.by_text_bytes = was.by_text_bytes;
    Feed& feed = feeds_[s.feed];
    feed.greatest_of_all = std::max(feed.greatest_of_all, s.greatest);
    if (!s.source->own) feed.greatest = std::max(feed.greatest, s.greatest);
  }
  for (size_t g = 0; g < clocks_.size(); ++g) {
    const int old = succession.clock_before[g];
    if (old >= 0) clocks_[g] = before.clocks_[old];
    else look_at(static_cast<int>(g));
  }
  for (size_t f = 0; f < feeds_.size(); ++f)
    if (!feeds_[f].streams.empty() && !same_feed(feeds_[f], before, succession)) rejoin(static_cast<int>(f));
}

void ClockSet::reset(int source, const ClockSet& right) {
  const int feed = streams_[source].feed;
  feeds_[feed] = right.feeds_[feed];
  for (int node : feeds_[feed].streams) {
    streams_[node] = right.streams_[node];
    for (int g : streams_[node].groups) clocks_[g] = right.clocks_[g];
  }
}

// Whether the feed has the same streams as before, and all of them go on.
bool ClockSet::same_feed(const Feed& feed, const ClockSet& before, const Succession& succession) const {
  const int first = succession.node_before[feed.streams.front()];
  if (first < 0) return false;
  const int was = before.streams_[first].feed;
  if (before.feeds_[was].streams.size() != feed.streams.size()) return false;
  return std::all_of(feed.streams.begin(), feed.streams.end(), [&](int node) {
    const int old = succession.node_before[node];
    return old >= 0 && before.streams_[old].feed == was;
  });
}

// The streams of a feed that has become another count the greatest time of all of them.
void ClockSet::rejoin(int feed) {
  const int64_t greatest = feeds_[feed].greatest;
  for (int node : feeds_[feed].streams) {
    const int64_t delay = streams_[node].source->watermark.delay_ms;
    if (greatest != kNoTime && follows_feed(streams_[node])) raise(node, base::subtract_time(greatest, delay));
    for (int g : streams_[node].groups) look_at(g);
  }
}

ClockSet::StreamState ClockSet::state(int source) const {
  const Stream& s = streams_[source];
  StreamState out{s.greatest, s.watermark, s.last_arrival, -1, nullptr};
  int64_t least = s.watermark;
  const int64_t foremost = feeds_[s.feed].greatest_of_all;
  for (int g : s.groups)
    for (int node : topology_.clocks[g]) {
      if (streams_[node].watermark >= least || left_behind(node, foremost)) continue;
      least = streams_[node].watermark;
      out.held_by = node;
    }
  if (out.held_by >= 0 || s.source->watermark.by_field == -1) return out;
  const int64_t lag = s.source->watermark.by_max_lag_ms;
  for (const auto& [value, time] : s.by) {
    const bool counts = lag < 0 || time >= base::subtract_time(s.greatest, lag);
    if (counts && (!out.by || time < s.by.find(*out.by)->second)) out.by = &value;
  }
  return out;
}

}  // namespace cep::runtime

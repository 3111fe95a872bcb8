// The clocks as bytes: by stream and by lane.
#include <algorithm>

#include "base/check.h"
#include "runtime/clock.h"

namespace cep::runtime {

void ClockSet::save(state::Encoder* out) const {
  CEP_CHECK(dirty_list_.empty());
  out->number(topology_.sources.size());
  for (int node : topology_.sources) {
    // A member more does not compile: it is to be written too, unless it follows from the program or from the others.
    const auto& [source, feed, greatest, watermark, arrival, last_arrival, at_arrival, by, by_times, by_text_bytes, groups] = streams_[node];
    const auto& [greatest_followed, greatest_of_all, streams] = feeds_[feed];
    for (int64_t time : {greatest, watermark, arrival, last_arrival, at_arrival, greatest_followed, greatest_of_all}) out->whole(time);
    out->number(by.size());
    for (const auto& [value, time] : by) {
      out->text(value);
      out->whole(time);
    }
  }
  out->number(topology_.lanes.size());
  for (const plan::Lane& lane : topology_.lanes) out->whole(clocks_[lane.clock]);
}

bool ClockSet::load(state::Decoder* in) {
  if (in->count() != topology_.sources.size()) return false;
  for (int node : topology_.sources) {
    Stream& s = streams_[node];
    Feed& feed = feeds_[s.feed];
    for (int64_t* time : {&s.greatest, &s.watermark, &s.arrival, &s.last_arrival, &s.at_arrival, &feed.greatest, &feed.greatest_of_all}) *time = in->whole();
    for (size_t n = in->count(); n > 0; --n) {
      const std::string_view value = in->text();
      s.by.emplace(value, in->whole());
      s.by_text_bytes += value.size();
    }
    int64_t greatest = kNoTime;
    for (const auto& [value, time] : s.by) {
      s.by_times.insert(time);
      greatest = std::max(greatest, time);
    }
    if (s.source->watermark.by_field != -1 ? greatest != s.greatest : !s.by.empty()) return false;
    // What holds nothing back any more has no time (on_event).
    const int64_t lag = s.source->watermark.by_max_lag_ms;
    if (lag >= 0 && s.greatest >= kNoTime + lag) s.by_times.erase(s.by_times.begin(), s.by_times.lower_bound(s.greatest - lag));
  }
  if (in->count() != topology_.lanes.size()) return false;
  for (const plan::Lane& lane : topology_.lanes) clocks_[lane.clock] = in->whole();
  return in->done();
}

}  // namespace cep::runtime

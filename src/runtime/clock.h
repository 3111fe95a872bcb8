// Watermarks: one per source stream, one per set of streams that some lane reads. Computed by ingest alone, line by line. A watermark W
// says: no event before W is still expected. It never goes back.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/event_time.h"
#include "plan/plan.h"
#include "runtime/succession.h"
#include "plan/physical/topology.h"
#include "state/encoder.h"

namespace cep::runtime {

using base::kEndOfTime;
using base::kNoTime;

class ClockSet {
 public:
  ClockSet(const plan::Plan& plan, const plan::Topology& topology);
  ClockSet(const ClockSet&) = default;

  // Carries on what `before` knows of the source streams and clocks that go on; to be called before anything else. A clock that goes on never goes back. Streams
  // that are one feed now and were not before count the greatest time of all of them at once. take_changed() tells which clocks stand elsewhere than
  // they stood before, or are new.
  void take_over(const ClockSet& before, const Succession& succession);

  // What it knows of the streams and where its clocks stand. REQUIRES take_changed() was called since the last change.
  void save(state::Encoder* out) const;
  // In the place of a new one, of the same streams and lanes. False if the bytes are none that save() wrote.
  bool load(state::Decoder* in);

  // An accepted event of a source. `value` is the text of the `by` field, if the stream has one; `punctuates` the value of its condition.
  void on_event(int source, int64_t time, std::string_view value, bool punctuates);
  // {"_watermark":…}: no event up to and including `time` is still to come. source -1: all streams.
  void on_assert(int source, int64_t time);
  // {"_end":…}: leaves every stream's watermark just after the greatest event time seen in its feed.
  void on_end();
  // A tick of the wall clock: the streams with `idle` that have been silent so long go on with it.
  void on_tick(int64_t now_ms);
  // Nothing was read from `from_ms` to `to_ms` of the wall clock: that was no silence.
  void on_pause(int64_t from_ms, int64_t to_ms);
  // Notes the arrival of an event, for `idle`.
  void on_arrival(int source, int64_t arrival_ms);

  // Takes the streams of this one's feed back to where they stand in `right`, which knows the same program and has heard less. Their clocks may go back.
  void reset(int source, const ClockSet& right);
  // The streams that are read together with this one, itself too.
  const std::vector<int>& feed_of(int source) const { return feeds_[streams_[source].feed].streams; }
  int64_t watermark(int source) const { return streams_[source].watermark; }

  int64_t clock(int group) const { return clocks_[group]; }

  // For people. `held_by`: the source node whose watermark holds back those who read `source`; -1: none does, or its own. `by`: the value of its `by` field that does,
  // null if it has none.
  struct StreamState {
    int64_t greatest = kNoTime, watermark = kNoTime, arrival = kNoTime;
    int held_by = -1;
    const std::string* by = nullptr;
  };
  StreamState state(int source) const;
  // What the values of its `by` field take in memory.
  uint64_t by_bytes(int source) const;
  // The groups whose clock has moved since the last call, each once; then forgets them.
  const std::vector<int>& take_changed();

 private:
  struct Stream {
    const plan::Source* source = nullptr;
    int feed = -1;
    int64_t greatest = kNoTime;   // its own events
    int64_t watermark = kNoTime;
    int64_t arrival = kNoTime;    // of its last event (wall clock), for `idle`
    int64_t last_arrival = kNoTime;  // the same, for people
    int64_t at_arrival = kNoTime;  // its watermark then
    std::map<std::string, int64_t, std::less<>> by;  // greatest time of each value
    std::multiset<int64_t> by_times;
    uint64_t by_text_bytes = 0;      // of the values
    std::vector<int> groups;
  };
  struct Feed {
    int64_t greatest = kNoTime;        // of streams that are not `own`
    int64_t greatest_of_all = kNoTime;
    std::vector<int> streams;          // nodes
  };

  bool follows_feed(const Stream& s) const;
  bool same_feed(const Feed& feed, const ClockSet& before, const Succession& succession) const;
  void rejoin(int feed);
  bool left_behind(int node, int64_t foremost) const;
  void raise(int node, int64_t watermark);
  void look_at(int group);
  void on_by(Stream* s, int64_t time, std::string_view value);
  int64_t group_clock(const std::vector<int>& nodes) const;
  int64_t least_behind(const std::vector<int>& nodes, int64_t foremost) const;

  const plan::Topology& topology_;
  std::vector<Stream> streams_;  // by node; only sources are used
  std::vector<Feed> feeds_;      // by the number in plan::Topology::feed
  std::vector<int64_t> clocks_;
  std::vector<uint8_t> dirty_;   // groups to look at again
  std::vector<int> dirty_list_;
  std::vector<int> changed_;
  bool lags_ = false;            // some `own` stream has a `max lag`: every event can move a group
};

}  // namespace cep::runtime

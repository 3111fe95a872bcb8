// Merges what ingest and the shards give by label, applies `at most once per`, numbers the records of each channel and hands them on: the only place where
// records get their order.
#pragma once
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "plan/physical/topology.h"
#include "plan/plan.h"
#include "runtime/out_record.h"
#include "runtime/record_spool.h"
#include "runtime/succession.h"
#include "runtime/timeline.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::runtime {

class OutputSequencer {
 public:
  // `topology` outlives it.
  OutputSequencer(const plan::Plan& plan, const plan::Topology& topology, const EngineOptions& options, Engine::Sink sink);

  // Goes on where `before` stands: numbers, and what `at most once per` knows of the operators that go on. To be called before anything else.
  void take_over(OutputSequencer* before, const Succession& succession);

  // Numbers, what each operator gave, what `at most once per` knows (state/part.h). REQUIRES nobody is in release().
  void save(state::StateWriter* out) const;
  // To be called before anything else. An error: the state is none that a sequencer of this program saved.
  Status load(const state::StateReader& in);

  // All records whose positions lie in the next span of positions, that of `timeline`, as their makers gave them. REQUIRES labels after those of the call before.
  void release(std::vector<GivenRecords> makers, const Timeline& timeline);

  // The next record of each numbered channel has this number. REQUIRES nobody is in release().
  void renumber(const uint64_t (&next)[kChannels]) {
    for (int c = 0; c < kChannels; ++c)
      if (static_cast<Channel>(c) != Channel::kStreams) seq_[c] = next[c] - 1;
  }

  uint64_t count(Channel c) const { return seq_[static_cast<int>(c)]; }

  // Alerts and timeouts of a node that came out. Any thread.
  uint64_t alerts(int node) const { return given_[node].alerts.load(std::memory_order_relaxed); }
  uint64_t timeouts(int node) const { return given_[node].timeouts.load(std::memory_order_relaxed); }
  // What `at most once per` of the node keeps in memory. Any thread.
  uint64_t throttle_bytes(int node) const { return given_[node].throttle_bytes.load(std::memory_order_relaxed); }

 private:
  struct Throttle {
    int64_t sent = 0;          // event time of the last one sent
    int64_t throttle_ms = 0;
    uint64_t suppressed = 0;   // held back since
  };
  void give(const OutRecord& record);
  Status load_throttle(int node, std::string_view key, state::Decoder* in);
  // False if the record is held back; *suppressed: how many were before it.
  bool pass(const OutRecord& r, uint64_t* suppressed);
  void sweep_upto(uint64_t position);
  void sweep(uint64_t position);
  void count_throttles();
  void send(const OutRecord& r, uint64_t suppressed);

  struct Given {
    std::atomic<uint64_t> alerts{0}, timeouts{0}, throttle_bytes{0};
  };

  const plan::Plan& plan_;
  EngineOptions options_;
  Engine::Sink sink_;
  uint64_t seq_[kChannels] = {};
  bool any_ = false;
  event::Label last_;         // of the record before, and its channel
  Channel last_channel_ = Channel::kAlerts;
  boost::unordered_flat_map<std::string, Throttle> throttles_;
  static constexpr size_t kSweepLeast = 1024;
  uint64_t sweep_at_ = kSweepLeast;     // the position; so many on as there are throttles, so that it costs a line little, and where batches end does not matter
  const Timeline* timeline_ = nullptr;  // of the records being released
  std::vector<int> clock_of_;       // by node, the clock of its lane; -1: none
  std::vector<Given> given_;  // by node
  std::string line_, key_;
};

}  // namespace cep::runtime

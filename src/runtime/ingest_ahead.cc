// What comes far ahead of its arrival: how far it may, whose line it was, and the way back. A second set of clocks hears all but such lines, from the first one on; a reset puts its
// state in the place of the other's.
#include <algorithm>
#include <functional>

#include "base/time_text.h"
#include "runtime/ingest_stage.h"

namespace cep::runtime {
namespace {

constexpr int64_t kAheadOfOld = 86'400'000;  // where a program of semantics 1 does not say it

}  // namespace

int64_t IngestStage::ahead_of(int node) const {
  const int64_t given = plan_.nodes[node].source.ahead_ms;
  if (given >= 0) return given;
  return options_.semantics >= 2 ? kAheadDefaultMs : kAheadOfOld;
}

std::string IngestStage::too_far_ahead(std::string_view what, int64_t ahead_ms) const {
  std::string out(what);
  out += what.starts_with('`') ? " says a time more than " : " is more than ";
  base::append_duration(ahead_ms, &out);
  return out + " ahead of its arrival (`ahead`)";
}

// Whether a reset keeps it. Where no arrival is known everything is right.
bool IngestStage::is_right(int node, int64_t time, int64_t arrival_ms) const {
  if (arrival_ms == OfferOptions::kNoArrival || time <= arrival_ms) return true;
  return time - arrival_ms <= std::min(ahead_of(node), kAheadDefaultMs);
}

// A line far ahead of its arrival changes the clocks, and not the right ones; whose line it is is noted where a clock moves.
void IngestStage::change_far(const OfferOptions& options, const std::function<void(ClockSet*)>& change) {
  if (!right_clocks_) right_clocks_ = std::make_unique<ClockSet>(clocks_);
  std::vector<int64_t> before;
  for (int node : topology_.sources) before.push_back(clocks_.watermark(node));
  change(&clocks_);
  for (size_t i = 0; i < before.size(); ++i) {
    const int node = topology_.sources[i];
    if (clocks_.watermark(node) == before[i]) continue;
    sources_[node].ahead = {std::string(options.producer), options.number, position_, sources_[node].late};
  }
}

void IngestStage::reset_clock(std::string_view stream) {
  const auto at = by_name_.find(stream);
  if (at != by_name_.end() && right_clocks_) {
    // All that the clocks have decided so far is worked off with them; the next batch begins with those that hold from here on.
    cut();
    pipeline_->settle();
    clocks_.reset(at->second, *right_clocks_);
    for (int node : clocks_.feed_of(at->second)) sources_[node].ahead = {};
    if (std::all_of(topology_.sources.begin(), topology_.sources.end(), [&](int node) { return sources_[node].ahead.position == 0; })) right_clocks_.reset();
    for (size_t g = 0; g < topology_.clocks.size(); ++g) timeline_->before[g] = timeline_->reached[g] = clocks_.clock(static_cast<int>(g));
  }
  take_position();
}

}  // namespace cep::runtime

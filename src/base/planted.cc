// The names of the planted bugs, and which is switched on: read once from the environment, before main.
#include "base/fault_control.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace cep::base {
namespace {

constexpr std::pair<Bug, std::string_view> kNames[] = {
    {Bug::kAckBeforeSync, "ack-before-sync"},
    {Bug::kIgnoreChecksum, "ignore-checksum"},
    {Bug::kKeepTornTail, "keep-torn-tail"},
    {Bug::kRetrySync, "retry-sync"},
    {Bug::kReplayOffByOne, "replay-off-by-one"},
    {Bug::kSeqReset, "seq-reset"},
    {Bug::kTakeoverInFlight, "takeover-in-flight"},
    {Bug::kTrustPageCache, "trust-page-cache"},
    {Bug::kConfigOfToday, "config-of-today"},
    {Bug::kPushBlocks, "push-blocks"},
    {Bug::kBatchBorderShows, "batch-border-shows"},
    {Bug::kArrivalOfReplay, "arrival-of-replay"},
    {Bug::kReleaseBeforeDurable, "release-before-durable"},
    {Bug::kSkipCompare, "skip-compare"},
};

constinit std::atomic<Bug> g_planted{Bug::kNone};

bool read_environment() {
  const char* text = std::getenv("CEPD_PLANTED_BUG");
  if (text == nullptr || *text == '\0') return false;
  for (const auto& [bug, name] : kNames) {
    if (name != text) continue;
    g_planted = bug;
    return true;
  }
  std::string known;
  for (const auto& row : kNames) known.append(known.empty() ? "" : ", ").append(row.second);
  std::fprintf(stderr, "cepd: CEPD_PLANTED_BUG=%s is unknown; there are %s\n", text, known.c_str());
  std::abort();
}

[[maybe_unused]] const bool g_read = read_environment();

}  // namespace

bool planted(Bug bug) { return g_planted.load(std::memory_order_relaxed) == bug; }

void plant(Bug bug) { g_planted = bug; }

std::string_view bug_name(Bug bug) {
  for (const auto& row : kNames) {
    if (row.first == bug) return row.second;
  }
  return "none";
}

}  // namespace cep::base

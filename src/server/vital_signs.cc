#include "server/vital_signs.h"

#include <fmt/format.h>

#include "base/log.h"

namespace cep::server {

using base::LogLevel;
using base::LogLine;
using engine::DurableStatus;
using engine::Phase;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kLogEvery{5};

uint64_t percent(const DurableStatus& status) {
  return status.recover_bytes == 0 ? 0 : static_cast<uint64_t>(100.0 * static_cast<double>(status.recovered_bytes) / static_cast<double>(status.recover_bytes));
}

}  // namespace

std::string VitalSigns::text(const DurableStatus& status) const {
  if (status.opening) return fmt::format("opening: {} of {} bytes of the journal", status.recovered_bytes, status.recover_bytes);
  if (status.phase == Phase::kRecovering) {
    return fmt::format("recovering: {} of {} bytes of the journal, {}%", status.recovered_bytes, status.recover_bytes, percent(status));
  }
  if (status.phase == Phase::kHeld) return fmt::format("held at position {}: {}", status.held_position, status.why);
  return fmt::format("serving, {} lines in the journal", status.journal_next - 1);
}

void VitalSigns::log_progress(const DurableStatus& status) {
  if (status.phase != Phase::kRecovering || steady_clock::now() - logged_ < kLogEvery) return;
  logged_ = steady_clock::now();
  LogLine(LogLevel::kInfo, status.opening ? "opening the data directory" : "recovering")
      .add("bytes", status.recovered_bytes)
      .add("of", status.recover_bytes)
      .add("percent", percent(status));
}

void VitalSigns::log_recovered(const DurableStatus& status) {
  const double seconds = std::chrono::duration<double>(steady_clock::now() - began_).count();
  LogLine(LogLevel::kInfo, "recovered")
      .add("seconds", fmt::format("{:.3f}", seconds))
      .add("journal_bytes", status.journal_bytes)
      .add("next_position", status.journal_next);
}

bool VitalSigns::moves(const DurableStatus& status) {
  const bool moved = status.worked != worked_ || status.recovered_bytes != recovered_bytes_ || status.phase != phase_;
  worked_ = status.worked;
  recovered_bytes_ = status.recovered_bytes;
  phase_ = status.phase;
  // What waits in queues, and what has left them and is under way on the shards. What is not durable yet does not count: a slow disk is not helped by a new start.
  const bool waits = (status.queue_bytes[0] > 0 && !status.no_room) || status.queue_bytes[1] > 0;
  const bool under_way = status.worked < status.journal_durable;
  return moved || !(waits || under_way) || status.phase != Phase::kReady;
}

}  // namespace cep::server

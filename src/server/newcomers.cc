#include "server/newcomers.h"

#include <utility>
#include <vector>

namespace cep::server {

uint64_t Newcomers::add(bool patient, Close close, Clock::time_point now) {
  waiting_.emplace(++last_, Waiting{now, patient, std::move(close)});
  return last_;
}

void Newcomers::close(uint64_t ticket, const std::string& reason) {
  const Close close = std::move(waiting_.at(ticket).close);
  waiting_.erase(ticket);
  close(reason);
}

bool Newcomers::make_way(size_t places, Clock::time_point now) {
  if (waiting_.empty() || now - waiting_.begin()->second.since < kLeast) return false;
  close(waiting_.begin()->first, "limits.connections (" + std::to_string(places) + ") connections are open, and this one has not sent a line");
  return true;
}

void Newcomers::expire(bool scarce, Clock::time_point now) {
  std::vector<uint64_t> overdue;
  for (const auto& [ticket, one] : waiting_) {
    if (now - one.since < kFirstLine) break;
    if (scarce || !one.patient) overdue.push_back(ticket);
  }
  for (uint64_t ticket : overdue) close(ticket, "no line has come within " + std::to_string(kFirstLine.count()) + " s");
}

}  // namespace cep::server

#include "engine/session_table.h"

#include <algorithm>

namespace cep::engine {

SessionTable::Session& SessionTable::begin(std::string_view producer, uint64_t epoch, int64_t arrival_ms) {
  auto at = sessions_.find(producer);
  if (at == sessions_.end()) at = sessions_.emplace(std::string(producer), Session{}).first;
  at->second.epoch = epoch;
  at->second.seen_ms = arrival_ms;
  last_epoch_ = std::max(last_epoch_, epoch);
  return at->second;
}

void SessionTable::wrote(std::string_view producer, uint64_t first_number, uint64_t count, int64_t arrival_ms) {
  Session* session = find(producer);
  if (!session) session = &begin(producer, 0, arrival_ms);
  session->next = first_number + count;
  session->seen_ms = arrival_ms;
}

void SessionTable::forget(std::string_view producer) {
  auto at = sessions_.find(producer);
  if (at != sessions_.end()) sessions_.erase(at);
}

SessionTable::Session* SessionTable::find(std::string_view producer) {
  auto at = sessions_.find(producer);
  return at == sessions_.end() ? nullptr : &at->second;
}

std::vector<std::string> SessionTable::unseen_since(int64_t before_ms, uint64_t away_us) const {
  std::vector<std::string> out;
  for (const auto& [producer, session] : sessions_)
    if (session.connection == 0 && session.seen_ms < before_ms && session.away_since_us <= away_us) out.push_back(producer);
  return out;
}

uint64_t SessionTable::live() const {
  return static_cast<uint64_t>(std::count_if(sessions_.begin(), sessions_.end(), [](const auto& s) { return s.second.connection != 0; }));
}

}  // namespace cep::engine

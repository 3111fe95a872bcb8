// Who has sent how much: producer id → epoch and the number of its next line. A pure function of the journal's entries, kept by the one who writes it (and, at a start, by the
// scan). A takeover is a new epoch; lines of an older one are discarded (README.md, "Events in, port 7800"). One thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cep::engine {

class SessionTable {
 public:
  struct Session {
    uint64_t epoch = 0;
    uint64_t next = 1;           // number of its next line
    int64_t seen_ms = 0;         // arrival of its last entry
    uint64_t connection = 0;     // that has it now; 0: none. Not in the journal
    uint64_t away_since_us = 0;  // steady clock; since its last connection of this process went, or 0. Not in the journal
  };

  // A `session` entry: from here on `producer` has this epoch. The session is made if there is none.
  Session& begin(std::string_view producer, uint64_t epoch, int64_t arrival_ms);
  // `count` lines from `first_number` on were written.
  void wrote(std::string_view producer, uint64_t first_number, uint64_t count, int64_t arrival_ms);
  void forget(std::string_view producer);

  // Null if there is none.
  Session* find(std::string_view producer);
  // Producers that no connection has and that were not seen after `before_ms` nor had a connection after `away_us` of the steady clock, in order of their ids.
  std::vector<std::string> unseen_since(int64_t before_ms, uint64_t away_us = UINT64_MAX) const;
  uint64_t size() const { return sessions_.size(); }
  uint64_t live() const;
  // Greater than every epoch so far.
  uint64_t next_epoch() const { return last_epoch_ + 1; }

 private:
  std::map<std::string, Session, std::less<>> sessions_;
  uint64_t last_epoch_ = 0;
};

}  // namespace cep::engine

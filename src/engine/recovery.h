// After a start: what the journal says. First a scan (sessions, skips, the last load, where it ends), then the replay of every entry through the engine, whose records the output log
// compares with those of before. Both are functions of the journal alone: neither the patterns on disk nor the clock of today is looked at.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/env.h"
#include "cep/status.h"
#include "engine/accepted.h"
#include "engine/crash_file.h"
#include "engine/ingest_feed.h"
#include "engine/session_table.h"
#include "journal/entry.h"

namespace cep::engine {

struct JournalScan {
  SessionTable sessions;
  std::map<uint64_t, std::string> skips;     // position → reason
  std::vector<Accepted> accepted;            // in order
  std::shared_ptr<const journal::Load> last_load;    // that no skip names; null: there is none
  std::shared_ptr<const journal::Load> load_entry;   // the last one, skipped or not
  uint64_t last_load_position = 0;           // of the last one that no skip names
  uint64_t next = 1;                         // position behind the last entry
  int64_t last_arrival_ms = 0;               // the greatest
};

// What a kAccepted entry says.
Accepted accepted_of(const journal::Entry& e);

// Reads the whole journal in `dir`.
struct ScanHooks {
  std::function<void(uint64_t read, uint64_t total)> progress;   // bytes; null: nobody asks
  std::function<bool()> give_up;                                 // true: an error comes back; null: never
};
Result<JournalScan> scan_journal(base::Env* env, const std::string& dir, const ScanHooks& hooks = {});

struct Replayed {
  uint64_t held_at = 0;                      // 0: the end was reached; otherwise nothing from this position on was processed
  bool held_by_memory = false;               // ReplayOptions::too_much said so, not the notes of crashes
};

struct ReplayOptions {
  uint64_t next = 1;                         // position behind the last entry, of the scan
  CrashNotes crash;                          // positions to work one by one, and the one to stop at
  std::function<void(uint64_t read, uint64_t total)> progress;   // bytes of the journal; null: nobody asks
  std::function<bool()> too_much;            // asked after each frame; true: there is no memory to go further; null: never
  std::function<bool()> stop;                // true: give up (the daemon is told to stop); null: never
};

// Feeds every entry of the journal.
Result<Replayed> replay_journal(base::Env* env, const std::string& dir, const ReplayOptions& options, IngestFeed* feed);

}  // namespace cep::engine

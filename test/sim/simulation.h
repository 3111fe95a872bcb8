// One simulation: a world by seed, some lives of the daemon that end in crashes, power cuts, failed syncs, a full disk, rot; a last life that ends well; the verdict.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace sim {

struct Outcome {
  std::string broken;       // the promise that was broken and how; empty: none
  std::string story;        // how its lives ended, for people
  uint64_t lives = 0, crashes = 0, power_cuts = 0, env_errors = 0, refusals = 0, rots = 0;
  uint64_t acks = 0, welcomes = 0, takeovers = 0, stale_batches = 0, loads = 0, forgotten = 0, records = 0, ops = 0;
  uint64_t pauses = 0, poisonings = 0, held = 0, skips = 0, files_moved = 0, meanwhile = 0;
  std::map<std::string, uint64_t> kill_points;   // how often each was passed
  std::map<std::string, uint64_t> killed_at;     // how often the process ended there

  void add(const Outcome& other);
};

// The same seed gives the same outcome.
Outcome simulate(uint64_t seed);

}  // namespace sim

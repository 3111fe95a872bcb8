// The parts of a saved state, each with its name in the bytes and the version of its encoding. A change of what an entry of a part holds raises the version of the part; whoever reads
// says which versions it still knows.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cep::state {

enum class Part : uint8_t {
  kProgram,      // pattern files, limits, session of a recorded stream; operator 0
  kOperators,    // name, fingerprint and lane of every operator; operator 0
  kTableFiles,   // which bytes the tables' files had; operator 0
  kIngest,       // positions and counters; operator 0
  kClocks,       // operator 0
  kRightClocks,  // the clocks without what came far ahead of its arrival (runtime/ingest_ahead.cc); operator 0
  kChannels,     // numbers of the channels and what each operator gave; operator 0
  kThrottles,    // by operator: keys of `at most once per`
  kTable,        // by number of the table + 1: keys
  kShard,        // by operator: numbers of a shard, an entry each
  kWaiting,      // by operator: rows that wait in a sorter, by key
  kAutomaton,    // by pattern: names of its stages and states
  kRuns,         // by pattern: keys
  kWindow,       // by window: keys
  kTurn,         // by window with `early every … processing`: an entry of each shard
  kHaving,       // by rolling window: keys for which `having` holds
  kJoin,         // by join: keys
  kUnique,       // by stream with `unique`: values
};
inline constexpr int kParts = static_cast<int>(Part::kUnique) + 1;

struct PartInfo {
  std::string_view name;
  uint64_t version;
  bool by_key;  // its entries belong to the key groups of their keys; else they are for everybody
};
const PartInfo& info_of(Part part);
std::optional<Part> find_part(std::string_view name);

}  // namespace cep::state

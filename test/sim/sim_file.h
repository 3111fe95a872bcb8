// One file of the virtual disk: what the page cache shows, what is on the platter, and the changes between the two. Until they are synced, changes reach the platter in any order,
// each whole, in part (sectors of 512 bytes) or not at all; one sector's own changes in order, as in a page cache: it holds one of the contents it had since the sync.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/rng.h"

namespace sim {

inline constexpr uint64_t kSectorBytes = 512;

// How much of what was not synced a power cut leaves.
enum class Fate : uint8_t {
  kAll,
  kNone,
  kPrefix,   // the first changes whole, one torn, the rest not
  kRandom,   // each by itself
};

class SimFile {
 public:
  SimFile() : id_(++made_) {}
  uint64_t id() const { return id_; }

  // What readers see.
  const std::string& cache() const { return cache_; }
  bool dirty() const { return !pending_.empty(); }

  void write(uint64_t offset, std::string_view bytes);
  void resize(uint64_t bytes);
  void sync();
  // As Linux does: what was dirty reached the platter in part, and counts as clean from here on. Readers see it until the power goes.
  void fail_sync(Rng* rng);
  // The power is cut: readers see the platter from here on.
  void cut_power(Fate fate, Rng* rng);
  // Rot: the platter's and the cache's byte alike. REQUIRES offset < size, not dirty.
  void flip(uint64_t offset, uint8_t mask);
  // The file is shorter, on the platter too. REQUIRES not dirty.
  void chop(uint64_t bytes);

 private:
  struct Change {
    bool resize = false;
    uint64_t at = 0;      // offset, or the new size
    std::string bytes;
  };
  enum class Part : uint8_t { kLost, kWhole, kTorn };

  static void apply(const Change& change, std::string* content);
  Part part_of(Fate fate, size_t index, size_t cut, Rng* rng) const;
  void settle(Fate fate, Rng* rng);
  void settle_sectors(const Change& change, Part part, const std::string& full, Rng* rng);

  inline static uint64_t made_ = 0;
  uint64_t id_;
  std::string cache_, platter_;
  // The cache as it was at the last sync, if that one failed: then the platter differs though nothing is dirty.
  std::optional<std::string> base_;
  std::vector<Change> pending_;
};

}  // namespace sim

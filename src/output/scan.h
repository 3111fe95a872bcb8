// Reads one channel's segments from the first byte to the last, as opening and repairing do: what is sound, and where the first damage is. Changes nothing on the disk.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/status.h"
#include "output/log_state.h"
#include "output/ring.h"

namespace cep::output {

// A segment as its readers know it.
struct Segment {
  uint64_t first = 1, next = 1;  // its records are [first, next)
  uint64_t bytes = 0;            // of the file, as far as it is published
  uint64_t seed = 0;             // of its frames' checksums
  uint64_t text_before = 0;      // as in Mark
  std::vector<Mark> index;       // a mark each kIndexBytes
  std::shared_ptr<base::File> to_sync;  // opened when the segment was made, so that it hears of every failed write-back; null: synced for good
  uint64_t written_us = 0;       // steady clock: when this process wrote to it last; 0: it has not
};
inline constexpr size_t kIndexBytes = 64 << 10;

// Counts a frame at `offset` into the index.
void add_to_index(uint64_t seq, uint64_t offset, uint64_t text_before, std::vector<Mark>* index);

struct Damage {
  uint64_t seq = 0;       // the first record that is not there whole
  std::string file;       // name in the directory; empty: no file is to blame
  uint64_t offset = 0;
  std::string what;
  uint64_t bytes = 0;     // from the damage to the channel's end
};

struct ChannelScan {
  std::vector<uint64_t> stale;        // first seqs of segments that were retained away already
  std::vector<Segment> segments;      // sound, in order; the last one up to the damage
  uint64_t next = 1;                  // of the first record that is not there
  uint64_t text = 0;                  // bytes of the records' texts
  std::optional<Damage> damage;
  std::vector<uint64_t> behind;       // first seqs of segments of which nothing is sound
  bool rot(uint64_t synced) const { return damage && damage->seq <= synced; }
};

// The segments of each channel in `names` (a directory's list), sorted.
std::array<std::vector<uint64_t>, kNumbered> segments_in(const std::vector<std::string>& names);

// `firsts`: the first seqs of the channel's segments. An error: a file cannot be read.
Result<ChannelScan> scan_channel(base::Env* env, const std::string& dir, Channel channel, const std::vector<uint64_t>& firsts, const LogState& state);

}  // namespace cep::output

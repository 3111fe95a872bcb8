// The last records of one channel in memory, for subscribers: appended by the engine's sink, read by place. Old records leave from the front in
// whole segments, so memory is bounded whatever subscribers do. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cep/engine.h"

namespace cep::server {

class RecordLog {
 public:
  // Keeps at least `keep_bytes` of the newest records, and at most one segment more.
  explicit RecordLog(uint64_t keep_bytes) : keep_bytes_(keep_bytes) {}

  // Records come with seq = next(); those without a number (seq 0) get the next one here, for places alone.
  void append(const Record& record);

  // Seq of the oldest record that is kept; next() when there is none.
  uint64_t oldest() const { return segments_.empty() ? next_ : segments_.front().first; }
  // Seq that the next record will have; the first is 1.
  uint64_t next() const { return next_; }

  // Bytes of the records from seq to the newest. REQUIRES oldest() <= seq <= next().
  uint64_t bytes_from(uint64_t seq) const;

  // Appends records, each with its LF, from `seq` on to *out until it holds `max_bytes` or the log ends; `wants(name_id)` filters. Returns the
  // seq that follows. REQUIRES oldest() <= seq <= next().
  template <class Wants>
  uint64_t copy(uint64_t seq, size_t max_bytes, Wants&& wants, std::string* out) const;

  // Names of patterns and streams by id.
  const std::string& name(uint32_t id) const { return names_[id]; }

 private:
  static constexpr size_t kSegmentBytes = 1 << 20;

  struct Entry {
    uint32_t name;
    uint32_t end;  // offset in the segment just after the record's LF
  };
  struct Segment {
    uint64_t first = 0;         // seq
    uint64_t bytes_before = 0;  // of all records ever before it
    std::string bytes;
    std::vector<Entry> entries;
  };

  size_t segment_of(uint64_t seq) const;
  uint32_t name_id(std::string_view name);
  void drop_old();

  uint64_t keep_bytes_;
  uint64_t next_ = 1;
  uint64_t total_bytes_ = 0;  // ever appended
  std::deque<Segment> segments_;
  std::vector<std::string> names_;
  std::map<std::string, uint32_t, std::less<>> ids_;
  uint32_t last_name_ = 0;
};

template <class Wants>
uint64_t RecordLog::copy(uint64_t seq, size_t max_bytes, Wants&& wants, std::string* out) const {
  if (seq >= next_) return seq;
  for (size_t s = segment_of(seq); s < segments_.size(); ++s) {
    const Segment& segment = segments_[s];
    for (size_t i = seq - segment.first; i < segment.entries.size(); ++i, ++seq) {
      if (out->size() >= max_bytes) return seq;
      if (!wants(segment.entries[i].name)) continue;
      uint32_t begin = i == 0 ? 0 : segment.entries[i - 1].end;
      out->append(segment.bytes, begin, segment.entries[i].end - begin);
    }
  }
  return seq;
}

}  // namespace cep::server

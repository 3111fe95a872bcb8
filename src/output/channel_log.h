// One channel of the log: a ring of the newest records in memory, and for the numbered ones the segments on disk with those and all older ones. The appender's functions are for
// one thread; the others for any.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "output/comparer.h"
#include "output/output_log.h"
#include "output/ring.h"
#include "output/scan.h"
#include "output/segment_writer.h"

namespace cep::output {

class ChannelLog {
 public:
  using Wants = std::function<bool(std::string_view name)>;

  // In memory alone.
  ChannelLog(Channel channel, uint64_t ring_bytes);
  // On disk: goes on behind `scan`, which must be sound. `synced`: durable up to this seq.
  ChannelLog(base::Env* env, std::string dir, Channel channel, const OutputLogOptions& options, uint64_t log_seed, ChannelScan scan);
  // Opens what will be written and synced. What a crash may have left in memory only is written again, so that a sync from here on says the truth of it: after a sync that failed
  // the system may hold pages that it calls clean and the disk does not have.
  Status open(uint64_t synced);

  // ---- the appender
  // See OutputLog.
  Status accept(uint64_t position, uint64_t next);
  Status append(const Record& record);
  Status publish();

  // ---- any thread
  uint64_t still_to_compare() const;
  uint64_t recorded_next() const { return comparer_ ? comparer_->next() : 1; }
  ChannelPlace place() const;
  uint64_t bytes_from(uint64_t seq) const;
  Result<OutputLog::Reading> copy(uint64_t seq, size_t max_bytes, const Wants& wants, std::string* out) const;

  // ---- upkeep: any thread, one at a time
  struct Unsynced {
    uint64_t upto = 0;                               // durable once `files` are synced; 0: nothing is to be done
    std::vector<std::shared_ptr<base::File>> files;
  };
  Unsynced unsynced() const;
  void set_synced(uint64_t upto);
  struct OldSegment {
    std::string path;
    uint64_t first = 0;   // seq of its first record
    uint64_t written_us = 0;  // as of Segment
    uint64_t next = 0;    // behind its last record
    uint64_t bytes = 0;
    bool newest = false;  // of the channel: it may go for its age alone
  };
  // In order; with the newest one if it is durable and nothing is being written to it.
  std::vector<OldSegment> old_segments() const;
  // All of them, in order, the newest whatever becomes of it.
  std::vector<OldSegment> all_segments() const;
  // The newest segment goes, and all before it: the channel is empty, its next record `next` begins a segment. False, and nothing is done: records have come since.
  bool forget_all(uint64_t next);
  // Readers find nothing before `seq` any more. REQUIRES a segment begins there, or forget_all().
  void forget_before(uint64_t seq);

 private:
  struct Copying;  // what a copy() wants and has
  // Where the published frames from some record on stand: a span of the ring, or a part of a segment.
  struct Where {
    Ring::Span span;              // chunk null: in the file
    std::string path;
    uint64_t seed = 0, seq = 0, offset = 0, end = 0;
  };
  enum class Lookup { kFound, kGone, kEnd };
  Lookup look_up(uint64_t seq, Where* where) const;
  static void copy_span(const Ring::Span& span, Copying* copying);
  Status copy_file(const Where& where, Copying* copying) const;

  Status write_again(const Segment& segment, uint64_t synced);
  std::string path(uint64_t first) const;
  void begin_batch();
  // REQUIRES mutex_.
  uint64_t oldest() const;
  const Segment& segment_of(uint64_t seq) const;

  base::Env* env_ = nullptr;          // null: in memory alone
  const std::string dir_;
  const Channel channel_;
  std::unique_ptr<Comparer> comparer_;
  uint64_t accepted_ = 0;             // records of positions up to this one are dropped
  std::unique_ptr<SegmentWriter> writer_;

  mutable std::mutex mutex_;          // of all below, as far as it is published
  Ring ring_;                         // its appender's part needs no lock
  std::vector<Segment> segments_;
  uint64_t synced_ = 0;
  bool staging_ = false;              // records were appended that are not published
};

}  // namespace cep::output

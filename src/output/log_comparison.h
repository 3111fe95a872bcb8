// An output log beside the records that a replay makes of its journal: all that differs, where the start of a daemon stops at the first. Reads only. One thread.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/record.h"
#include "cep/status.h"
#include "output/frame_reader.h"
#include "output/scan.h"

namespace cep::output {

// A record as one side has it.
struct ComparedRecord {
  uint64_t position = 0;
  std::string name, line;      // name: of the operator or stream; may be empty
};

struct Difference {
  Channel channel = Channel::kAlerts;
  uint64_t seq = 0;
  std::optional<ComparedRecord> recorded, made;   // one of them may be missing: that side has no such record
};

class LogComparison {
 public:
  // `accepted`, `next`: what a person has settled before (OutputLog::accept); 0: nothing. An error: the log is damaged, or a file cannot be read.
  static Result<std::unique_ptr<LogComparison>> open(base::Env* env, const std::string& dir, uint64_t accepted, const uint64_t (&next)[kChannels]);

  // A record that the replay makes, each channel's in their order. Behind the last position of which anything is recorded there is nothing to compare.
  Status take(const Record& record);
  // The replay is over: what is recorded and was not made.
  Status finish();

  // The first of them, kShown of each channel at most, by channel and seq; and how many there are of each channel.
  const std::vector<Difference>& differences() const { return differences_; }
  uint64_t count(Channel channel) const { return of_[static_cast<size_t>(channel)].differences; }
  uint64_t count() const;
  // The last position that has decided a record in the log, and the number of each channel's next record.
  uint64_t last_position() const { return last_position_; }
  const std::array<uint64_t, kNumbered>& next() const { return next_; }
  static constexpr size_t kShown = 10;

 private:
  struct Of {
    std::vector<Segment> segments;
    size_t segment = 0;                    // being read
    std::unique_ptr<FrameReader> reader;   // null: none is open
    uint64_t oldest = 1, due = 1;          // due: the number of the record that is compared next
    uint64_t differences = 0;
    size_t shown = 0;
  };
  LogComparison(base::Env* env, std::string dir) : env_(env), dir_(std::move(dir)) {}

  Status find_last();
  // The record `due`, read in order; nothing: the log ends before it.
  Result<std::optional<ComparedRecord>> read(Channel channel, uint64_t seq);
  void differ(Channel channel, uint64_t seq, std::optional<ComparedRecord> recorded, std::optional<ComparedRecord> made);

  base::Env* env_;
  const std::string dir_;
  std::array<Of, kNumbered> of_;
  std::array<uint64_t, kNumbered> next_{};
  uint64_t last_position_ = 0, accepted_ = 0;
  std::vector<Difference> differences_;
};

}  // namespace cep::output

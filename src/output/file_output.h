// One channel of the output log as lines of a file: a reader of the log with a stored place. Each record is in the file exactly once through crashes and power cuts: at a start the
// place is taken from the file's own last whole line (its seq); what a crash left half written is cut and written again. The log decides what belongs there: a file that says
// other things than the log is refused, never mended. A file that was renamed away takes its last line along: then a note tells the place, or leads to the file. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "output/output_log.h"

namespace cep::output {

struct FileOutputOptions {
  std::string path;
  Channel channel = Channel::kAlerts;  // a numbered one
  std::vector<std::string> patterns;   // globs over the names of patterns and streams; empty: all
  // durable() as the caller has stored it (Places), or 0. It helps where the file alone cannot say: an empty file (rotated away) goes on behind it, and a filter that has let
  // nothing through for long need not look at records that are kept no longer.
  uint64_t after = 0;
  // A file that the output keeps for itself (file_note.h), in a directory that is there: with it the place is exact after a kill -9 too, wherever the file was renamed to meanwhile. Empty: none.
  std::string note{};
};

class FileOutput {
 public:
  // Opens the file, or makes it: then it begins at the oldest record kept. The place is settled by the first pump() behind the end of the log's replay.
  static Result<std::unique_ptr<FileOutput>> open(base::Env* env, const OutputLog* log, const FileOutputOptions& options);
  virtual ~FileOutput() = default;
  // Appends what is new, up to `max_bytes` (at most 1 MiB at once). True: there is more. While the log's replay is under way: false. After an error (a full disk, say) nothing is lost:
  // call it again later. A place that the log no longer has, a file that goes beyond the log or has other records than it, is an error that says so and the way out:
  // once the file is moved away, now or before the next start, a new one begins (at the oldest record where the log no longer has the place). A file
  // that was moved away is made anew and gets the records that follow; one that was emptied is filled on.
  virtual Result<bool> pump(size_t max_bytes) = 0;
  // What was pumped is durable when this returns ok. pump() does it by itself every kUnsyncedBytesMax. After a failed sync the file is not written any more: every call fails.
  virtual Status sync() = 0;
  static constexpr size_t kUnsyncedBytesMax = 4 << 20;
  virtual uint64_t next() const = 0;     // seq of the next record to be written; 0: not settled yet
  virtual uint64_t durable() const = 0;  // every record up to it that belongs there is durable in the file: the place to store
  virtual const std::string& path() const = 0;
};

}  // namespace cep::output

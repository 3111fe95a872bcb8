// One channel of the output log as lines of a file: a reader of the log with a stored place. Each record is in the file exactly once through crashes: at a start the place is
// taken from the file's own last whole line (its seq), a partial line is cut. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "output/output_log.h"

namespace cep::output {

struct FileOutputOptions {
  std::string path;
  Channel channel = Channel::kAlerts;
  std::vector<std::string> patterns;   // globs; empty: all
};

class FileOutput {
 public:
  // A file that is not there is made and begins at the oldest record kept. A place that the log no longer has is an error that says what is missing.
  static Result<std::unique_ptr<FileOutput>> open(base::Env* env, const OutputLog* log, const FileOutputOptions& options);
  virtual ~FileOutput() = default;
  // Appends what is new, up to `max_bytes`. True: there may be more.
  virtual Result<bool> pump(size_t max_bytes) = 0;
  virtual uint64_t next() const = 0;   // seq of the next record to be written
  virtual const std::string& path() const = 0;
};

}  // namespace cep::output

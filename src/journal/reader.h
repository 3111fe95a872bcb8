// Reads the frames of a journal in order. Says torn tail and damage apart (FORMAT.md, "Torn tail or damage"): a bad frame is a torn tail only in the last segment and only if nothing
// found behind it says that it was durable. Anything else is an error that names segment, offset and the way out.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/status.h"
#include "journal/writer.h"

namespace cep::journal {

class Reader {
 public:
  virtual ~Reader() = default;
  // The next frame: true; the end (or the torn tail): false. The payload is valid until the next call.
  virtual Result<bool> next(Frame* out) = 0;
  // Where the frame given last begins, for messages: "00000000000000000001.journal, offset 4096".
  virtual std::string place() const = 0;
  // Bytes read so far and in all, for progress.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;
};

// A reader that begins at the first frame whose positions reach `from` (1: all). REQUIRES nobody writes, or the writer's appends before this call are all that is asked for.
Result<std::unique_ptr<Reader>> open_reader(base::Env* env, const std::string& dir, uint64_t from);

// What was found and done when the journal was opened for writing.
struct Opened {
  std::unique_ptr<Writer> writer;
  uint64_t torn_bytes = 0;     // cut from the end
  std::string torn_at;         // where, for the log; empty: nothing was cut
  std::string full;            // the last segment, where it was closed: the next one was never begun, or it is lost. Empty otherwise
};

// Opens the journal in `dir` (made if missing) for writing: checks the last segment, copies it without its torn tail, syncs and renames the copy into place (after a
// failed fsync the page cache lies), and only then returns. REQUIRES the data directory's lock.
Result<Opened> open_journal(base::Env* env, const std::string& dir, const WriterOptions& options);

struct SegmentInfo {
  std::string name;
  uint64_t first = 0, last = 0;   // positions; last < first: none
  uint64_t bytes = 0, frames = 0; // bytes: up to the end of its last frame; what lies behind is reserved
  int64_t first_arrival_ms = 0, last_arrival_ms = 0;
  std::string problem;            // empty: sound. "torn tail of 17 bytes" is one that the daemon repairs by itself
  bool fatal = false;             // the daemon would refuse
};
// Told now and then how far long work is; null: nobody asks.
using OnProgress = std::function<void(uint64_t read, uint64_t total)>;
// Reads every frame of every segment, entries included. Also beside a daemon that writes: up to its last whole frame. An error only if a file cannot be read.
Result<std::vector<SegmentInfo>> inspect(base::Env* env, const std::string& dir, const OnProgress& progress = nullptr);

// The way out of rot: keeps everything up to the first bad frame, moves what lies behind (that segment's rest and all later segments) into `dir`/damaged-<n>, and says
// in *report what is lost: positions and bytes. Nothing is deleted. A header of which one copy is good costs nothing. REQUIRES the data directory's lock.
Status repair(base::Env* env, const std::string& dir, std::string* report, const OnProgress& progress = nullptr);

}  // namespace cep::journal

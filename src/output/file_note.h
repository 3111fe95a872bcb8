// How far a file output has come, written beside each write to the file: before it, which records will be written to which file; behind it, which comes next. Never synced: after a
// kill the page cache has it, in step with the file's bytes, and after a power cut, when neither is sure, it does not count (Env::boot). Notes go to two
// places by turns, so that one that a kill has torn leaves the one before it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "base/env.h"

namespace cep::output {

struct FileNote {
  uint64_t next = 0;      // seq of the next record for the file; 0: there is no note
  uint64_t file = 0;      // File::id of the one that records were being written to from `next` on; 0: none were
};

class FileNotes {
 public:
  // Opens or makes the note at `path`; empty: there is none to be kept, and every call is fine.
  Status open(base::Env* env, const std::string& path);
  // What was written last, if the machine has run since then.
  FileNote read() const { return newest_; }
  Status write(const FileNote& note);

 private:
  std::unique_ptr<base::File> file_;
  uint64_t boot_ = 0;
  uint64_t serial_ = 0;   // of the newest note in the file
  FileNote newest_;
};

}  // namespace cep::output

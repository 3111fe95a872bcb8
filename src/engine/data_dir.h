// The data directory: what lies where, its lock and its identity.
//
//   LOCK      held by the daemon that runs on it      journal/   segments (src/journal/FORMAT.md)     places   of consumers
//   HOME      which file ID is: in a copy another
//   ID        the log's id, the layout's version      output/    the output log                       crash    where the daemon crashed (crash_file.h)
//   note-…    how far a file output has come (src/output/file_note.h)
//                                                                                                     starts   how starts have ended (start_notes.h)
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"

namespace cep::engine {

struct DataDir {
  std::string path, id;
  std::string copied_from;   // the id that it had: the directory is a copy, and has got an id of its own now; empty: it is none
  std::unique_ptr<base::FileLock> lock;

  std::string journal() const { return path + "/journal"; }
  std::string output() const { return path + "/output"; }
  std::string places() const { return path + "/places"; }
  std::string crash() const { return path + "/crash"; }
  // Of one file output, by its channel and path.
  std::string note(std::string_view of) const;
  std::string starts() const { return path + "/starts"; }
};

// Makes the directory and its identity if need be and takes its lock. A copy of a directory gets a new id: the one that it was made of may have gone on, or go on, and then both would give
// different records the same (log, channel, seq). Errors: another daemon runs on it, it is of a later layout, its ID is damaged, the disk.
Result<DataDir> open_data_dir(base::Env* env, const std::string& path);

}  // namespace cep::engine

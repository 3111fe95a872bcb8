// The data directory: what lies where, its lock and its identity.
//
//   LOCK      held by the daemon that runs on it      journal/   segments (src/journal/FORMAT.md)     places   of consumers
//   ID        the log's id, the layout's version      output/    the output log                       crash    where the daemon crashed (crash_file.h)
//   note-…    how far a file output has come (src/output/file_note.h)
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"

namespace cep::engine {

struct DataDir {
  std::string path, id;
  std::unique_ptr<base::FileLock> lock;

  std::string journal() const { return path + "/journal"; }
  std::string output() const { return path + "/output"; }
  std::string places() const { return path + "/places"; }
  std::string crash() const { return path + "/crash"; }
  // Of one file output, by its channel and path.
  std::string note(std::string_view of) const;
};

// Makes the directory and its identity if need be and takes its lock. Errors: another daemon runs on it, it is of a later layout, its ID is damaged, the disk.
Result<DataDir> open_data_dir(base::Env* env, const std::string& path);

}  // namespace cep::engine

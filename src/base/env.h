// The only road to disk, wall clock and randomness for what must survive: journal, output log, places, locks (house rule; `test/sim` supplies another, which crashes, tears
// writes and fails). Trouble comes back as a Status that names the path and says what errno said. PosixEnv's functions may be called from any thread; a File is for one at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/status.h"

namespace cep::base {

class File {
 public:
  virtual ~File() = default;
  // Writes all bytes at `offset`, or says why not (then any part of them may have been written). The file grows as needed.
  virtual Status write_at(uint64_t offset, std::string_view bytes) = 0;
  // Reads up to n bytes; fewer only at the end of the file.
  virtual Result<size_t> read_at(uint64_t offset, char* out, size_t n) const = 0;
  // What was written before is durable when this returns ok: content and size (fdatasync). After an error nobody knows what is durable: never try again.
  virtual Status sync() = 0;
  virtual Status truncate(uint64_t bytes) = 0;
  virtual Result<uint64_t> size() const = 0;
  // Tells this file from all others of the machine, by whatever names it goes meanwhile; 0: unknown.
  virtual uint64_t id() const = 0;
  // Reserves room on the disk and lets the size grow to `bytes` (zeros). A file system that cannot is no error: then only the size grows.
  virtual Status preallocate(uint64_t bytes) = 0;
};

// Held as long as the object lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

enum class OpenMode : uint8_t {
  kRead,    // must exist
  kWrite,   // must exist; read and write
  kCreate,  // must not exist; read and write
};

class Env {
 public:
  virtual ~Env() = default;
  // Never waits: what is no regular file is an error.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual Status remove(const std::string& path) = 0;
  virtual Status make_dir(const std::string& path) = 0;                       // for this user and group, and those above it, durably; fine if it is there
  virtual Status sync_dir(const std::string& path) = 0;                       // its entries are durable
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;  // names, sorted; no . and ..
  virtual bool exists(const std::string& path) = 0;
  virtual Result<uint64_t> free_bytes(const std::string& path) = 0;           // for this process
  // An exclusive lock on the file, made if need be, and on its folder, so that whoever removes the file lets nobody in: one such file a folder. An error if another process holds it for 2 s (a killed one needs time to go): the message says its pid, if it can.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  virtual uint64_t file_id(const std::string& path) = 0;                      // File::id of what stands there, opened or not; 0: nothing does
  virtual int64_t modified_ms(const std::string& path) = 0;                   // -1 if unknown
  virtual int64_t wall_ms() = 0;                                              // since the epoch
  virtual uint64_t steady_us() = 0;
  virtual uint64_t random() = 0;
  // Tells this run of the machine from those before it: as long as it is the same, what was written and not synced is still there, whatever became of the process. 0: unknown.
  virtual uint64_t boot() = 0;
};

// The machine's own.
Env* posix_env();

// A new file in the folder for this process alone, which has no name: it goes with its descriptor, whatever becomes of the process. Where a file system knows no such files it has a name that
// begins with kUnnamedPrefix until it is open; a process that dies meanwhile leaves it behind. An error says why there is none.
inline constexpr std::string_view kUnnamedPrefix = "cepd-spill-";
Result<std::unique_ptr<File>> open_unnamed(const std::string& dir);

// The whole file. A missing one is an error.
Result<std::string> read_whole(Env* env, const std::string& path);
// The end of the name under which a file is made that shall be there whole or not at all.
inline constexpr char kTemporary[] = ".tmp";
// Gives the file that stands at path + kTemporary, and is open as `file`, its final name; it replaces what had it. Durable at return, content and name.
Status put_in_place(Env* env, File* file, const std::string& path);
// Puts the file in place whole or not at all, durable at return: temporary name beside it, sync, rename, directory sync.
Status write_whole(Env* env, const std::string& path, std::string_view bytes);

}  // namespace cep::base

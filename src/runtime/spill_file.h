// What is made faster than it can leave is written aside, sorted, and read back when its turn comes, so that memory holds a bounded part of it. No result depends on it: it waits until there is room
// on the disk or, where nobody waits, stays in memory. The files have no names, so that they go with their last user, whatever becomes of the process.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/env.h"
#include "cep/engine.h"
#include "event/label.h"

namespace cep::runtime {

// Where is written aside, and how much.
struct SpillPlace {
  std::string dir;                       // empty: $TMPDIR, else /var/tmp
  uint64_t reserve_bytes = 0;            // so much is left free on its disk
  std::function<bool()> wait_for_room;   // see EngineOptions; null: nobody waits
};

class SpillFile {
 public:
  SpillFile(std::unique_ptr<base::File> file, const SpillPlace* place);

  // Appends the bytes at *offset, as soon as there is room for them. False: there is none, and nobody waits; what was appended before still stands. For the thread of its maker.
  bool append(std::string_view bytes, uint64_t* offset);
  // Bytes that were appended. Ends the process if the disk does not give them back. Any thread.
  void read(uint64_t offset, char* out, size_t n) const;

  uint64_t size() const { return size_; }

 private:
  Status write(std::string_view bytes);

  std::unique_ptr<base::File> file_;
  const SpillPlace* place_;
  uint64_t size_ = 0;
};

// The files of one maker, which are as few as can be: all that it writes aside for one batch stands in one, and there are never more than EngineOptions::kSpillFiles. Its thread's.
class SpillFiles {
 public:
  explicit SpillFiles(SpillPlace place);
  SpillFiles(const SpillFiles&) = delete;
  SpillFiles& operator=(const SpillFiles&) = delete;

  // The file for what is made in this batch; null if none can be made. This must outlive its use by the maker, not that by others.
  std::shared_ptr<SpillFile> of(uint64_t batch);
  // Another one than any of before, if there may be one more; of a merge, whose parts are no longer needed then.
  std::shared_ptr<SpillFile> another();

 private:
  std::shared_ptr<SpillFile> make(size_t most);

  const SpillPlace place_;
  std::vector<std::weak_ptr<SpillFile>> files_;
  std::weak_ptr<SpillFile> last_;
  uint64_t last_batch_ = 0;
};

// Items in rising order: stretches of a file, each of whole items with their lengths before them (append_item).
struct SpillRun {
  std::vector<std::pair<uint64_t, uint64_t>> stretches;  // offset, bytes
};

void append_item(std::string_view item, std::string* out);
// A label as part of an item. get_label fails as the reader does.
void put_label(const event::Label& label, std::string* out);
bool get_label(base::BytesReader* in, event::Label* label);

// Reads the items of a run one after the other, with a small buffer.
class SpillReader {
 public:
  SpillReader(std::shared_ptr<const SpillFile> file, SpillRun run) : file_(std::move(file)), run_(std::move(run)) {}

  // The next item, valid until the next call; false at the end.
  bool next(std::string_view* item);

 private:
  void fill(size_t need);

  std::shared_ptr<const SpillFile> file_;
  SpillRun run_;
  size_t stretch_ = 0;
  uint64_t read_ = 0;      // bytes of the stretch that were read
  std::string buffer_;
  size_t at_ = 0;          // of the next item in buffer_
};

}  // namespace cep::runtime

// What is made faster than it can leave is written aside, sorted, and read back when its turn comes, so that memory holds a bounded part of it. No result depends on it: where nothing
// can be written it stays in memory. The file has no name once it is open, so that it goes with its last user, whatever becomes of the process.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/env.h"
#include "event/label.h"

namespace cep::runtime {

// For one thread at a time.
class SpillFile {
 public:
  // In `dir`; empty: $TMPDIR, else /var/tmp. Null if none can be made there.
  static std::shared_ptr<SpillFile> create(const std::string& dir);

  // Appends the bytes at *offset. False: they could not be written (which is logged once); what was appended before still stands.
  bool append(std::string_view bytes, uint64_t* offset);
  // Bytes that were appended. Ends the process if the disk does not give them back.
  void read(uint64_t offset, char* out, size_t n) const;

 private:
  explicit SpillFile(std::unique_ptr<base::File> file) : file_(std::move(file)) {}

  std::unique_ptr<base::File> file_;
  uint64_t size_ = 0;
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

// A file as lines, read in large blocks: a line is a view into the block, nothing is copied but the line that
// a block cuts. Memory is bounded by the block and the limit of a line; a control line of a recorded stream
// (event/recorded_line.h) may be longer, for it holds a whole program.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/status.h"

namespace cep::cepctl {

class LineReader {
 public:
  enum class Got : uint8_t { kEnd, kLine, kTooLong };
  static constexpr size_t kKeepBytes = 4096;  // of a line over the limit

  // "-": standard input. `limit`: the longest line that is taken, without its LF. `before_wait` is called
  // before each read of a pipe or terminal, of which nobody knows when more will come.
  static Result<std::unique_ptr<LineReader>> open(const std::string& path, size_t limit,
                                                  std::function<void()> before_wait = {});
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // The next line without its LF, or the first bytes of one over the limit; valid until the next call. The
  // last line need not end in LF.
  Got next(std::string_view* line) {
    const char* from = block_.data() + at_;
    const void* lf = std::memchr(from, '\n', end_ - at_);
    if (lf == nullptr) return next_from_file(line);
    const size_t size = static_cast<size_t>(static_cast<const char*>(lf) - from);
    at_ += size + 1;
    const bool whole = size <= limit_ || may_be_long({from, size});
    *line = {from, whole ? size : kKeepBytes};
    return whole ? Got::kLine : Got::kTooLong;
  }
  // Another limit from the next line on.
  void set_limit(size_t limit) { limit_ = std::max(limit, kKeepBytes); }
  // Instead of next(): the bytes as they come; false at the end. Valid until the next call.
  bool next_block(std::string_view* bytes);

  uint64_t bytes_read() const { return bytes_read_; }
  // Of a plain file; 0: a pipe or terminal.
  uint64_t file_bytes() const { return file_bytes_; }
  // Not empty: reading failed, and what came before was all.
  const std::string& trouble() const { return trouble_; }

 private:
  LineReader(int fd, std::string path, size_t limit, uint64_t file_bytes, std::function<void()> before_wait);
  static bool may_be_long(std::string_view line);
  Got next_from_file(std::string_view* line);
  // Reads behind end_; false at the end of the file.
  bool read_more();
  Got skip_long(std::string_view* line);

  int fd_;
  std::string path_;
  size_t limit_;
  uint64_t file_bytes_;
  std::function<void()> before_wait_;
  uint64_t bytes_read_ = 0;
  std::vector<char> block_;
  size_t at_ = 0;
  size_t end_ = 0;
  bool ended_ = false;
  std::string kept_;
  std::string trouble_;
};

}  // namespace cep::cepctl

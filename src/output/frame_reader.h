// Reads the frames of one segment one after the other, through a buffer, each with its checksum. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"
#include "output/format.h"
#include "storage/read_ahead.h"

namespace cep::output {

class FrameReader {
 public:
  // Frames from `offset`, where that with `seq` begins, to `end`.
  FrameReader(std::unique_ptr<base::File> file, uint64_t seed, uint64_t seq, uint64_t offset, uint64_t end)
      : file_(std::move(file)), ahead_(file_.get(), kReadBytes, end), seed_(seed), seq_(seq), offset_(offset), end_(end) {}

  enum class Found { kFrame, kEnd, kBad };
  // The next frame; *out's views hold until the next call. kBad: bytes that are no such frame; why() says what is wrong with them, at offset(). An error: the file cannot be read.
  Result<Found> next(FrameView* out);

  // Of the frame that comes next (or is bad).
  uint64_t offset() const { return offset_; }
  uint64_t seq() const { return seq_; }
  const std::string& why() const { return why_; }

 private:
  static constexpr size_t kReadBytes = 256 << 10;

  std::unique_ptr<base::File> file_;
  storage::ReadAhead ahead_;
  uint64_t seed_, seq_, offset_, end_;
  std::string why_;
};

}  // namespace cep::output

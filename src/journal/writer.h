// Appends frames to the journal's segments. One thread. A failed write or sync leaves the writer broken: every further call fails with the same status, and the
// process must end, never try again. Bytes on disk: FORMAT.md.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "cep/status.h"

namespace cep::journal {

// The content of one frame.
struct Frame {
  uint64_t base = 0;           // position of its first entry that takes one
  uint32_t count = 0;          // positions taken
  int64_t arrival_ms = 0;
  std::string_view payload;    // entries (entry.h)
};

struct WriterOptions {
  uint64_t segment_bytes = 64 << 20;
  bool compress = true;        // LZ4 where it saves an eighth or more
};

class Writer {
 public:
  virtual ~Writer() = default;
  // Writes the frame behind the last one; it is not durable yet. REQUIRES frame.base == next_position(), frame.count > 0. A frame that does not fit begins a new segment.
  // A payload beyond 1 GiB is an error that breaks nothing.
  virtual Status append(const Frame& frame) = 0;
  // All that was appended is durable when this returns ok.
  virtual Status sync() = 0;
  virtual uint64_t next_position() const = 0;     // first: 1
  virtual uint64_t durable_position() const = 0;  // every position up to it is durable; 0: none
  virtual uint64_t bytes() const = 0;             // of all segments
};

}  // namespace cep::journal

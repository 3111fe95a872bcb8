// The Writer that appends to segments, and how a segment is made. Used by open.cc and repair.cc alone.
#pragma once
#include <memory>
#include <string>

#include "base/env.h"
#include "journal/format.h"
#include "journal/writer.h"

namespace cep::journal {

// Where writing goes on.
struct OpenSegment {
  std::unique_ptr<base::File> file;
  SegmentHeader header;
  uint64_t offset = kSegmentBegin;   // of the next frame
  uint64_t next = 1;                 // position; all before it is durable
  bool closed = false;               // nothing can be appended
};

// A new segment in `dir`, durable under its final name: it replaces one of the same name. `segment`: header.
Result<OpenSegment> make_segment(base::Env* env, const std::string& dir, const SegmentHeader& header);

// `older_bytes`: of the segments before this one.
std::unique_ptr<Writer> make_writer(base::Env* env, const std::string& dir, const WriterOptions& options, OpenSegment segment, uint64_t older_bytes);

// A mark behind everything up to next - 1, for the frame at `offset`.
std::string mark_frame(FrameKind kind, const SegmentHeader& segment, uint64_t offset, uint64_t next);

}  // namespace cep::journal

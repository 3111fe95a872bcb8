// A segment written anew: what is kept of it goes to a temporary file that is synced and renamed over it.
#pragma once
#include <string>

#include "base/env.h"
#include "journal/segment_writer.h"

namespace cep::journal {

struct SegmentCopy {
  SegmentHeader header;
  uint64_t keep_bytes = kSegmentBegin;   // so many from the front
  uint64_t next = 1;                     // the position behind them
  bool closed = false;                   // they end with an end frame: the copy is not longer
  bool with_mark = false;                // a mark goes behind them
};

// The copy under its final name, durable, its header written anew from `copy.header`.
Result<OpenSegment> copy_segment(base::Env* env, const std::string& dir, const base::File* from, const SegmentCopy& copy);

}  // namespace cep::journal

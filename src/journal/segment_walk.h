// One segment after the other, each read whole, entries included: for inspect and repair.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "journal/reader.h"
#include "journal/segment_chain.h"
#include "journal/segment_cursor.h"

namespace cep::journal {

struct WalkedSegment {
  SegmentInfo info;
  std::unique_ptr<SegmentCursor> cursor;   // null: its name does not fit, or its header is bad
  bool bad_header = false;
  // What is good of it, if it is fatal.
  uint64_t good_bytes = 0;                 // 0: nothing
  uint64_t good_next = 1;                  // the position behind that
};

class SegmentWalk {
 public:
  SegmentWalk(base::Env* env, std::string dir, std::vector<SegmentName> segments);

  // Asks for sizes. REQUIRED before next().
  Status measure(const OnProgress& progress);
  bool at_end() const { return at_ == segments_.size(); }
  // The next segment. What is wrong with it is in its info; an error only if a file cannot be read. REQUIRES !at_end().
  Result<WalkedSegment> next();

 private:
  Status walk_frames(SegmentCursor* cursor, WalkedSegment* out);

  base::Env* env_;
  std::string dir_;
  std::vector<SegmentName> segments_;
  std::vector<uint64_t> sizes_;
  size_t at_ = 0;
  SegmentChain chain_;
  uint64_t read_ = 0, total_ = 0;   // bytes of the segments walked, of all
  OnProgress progress_;
};

}  // namespace cep::journal

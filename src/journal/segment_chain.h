// Whether segments belong together: names, ids and positions without a gap. For whoever goes from one to the next.
#pragma once
#include <array>
#include <optional>
#include <string>

#include "journal/segment_cursor.h"

namespace cep::journal {

class SegmentChain {
 public:
  explicit SegmentChain(std::string dir) : dir_(std::move(dir)) {}

  // Before a segment is opened: its name says the position that is due.
  Status check_name(const SegmentName& segment) const;
  // When it is open: it is of the same journal.
  Status check_header(const SegmentName& segment, const SegmentHeader& header);
  // When it is read to its end.
  void passed(uint64_t next_position) { due_ = next_position; }
  uint64_t due() const { return due_; }   // 0: any position

 private:
  std::string dir_;
  uint64_t due_ = 0;   // 0: any
  std::optional<std::array<char, 16>> id_;
};

}  // namespace cep::journal

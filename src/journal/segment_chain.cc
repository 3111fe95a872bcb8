#include "journal/segment_chain.h"

namespace cep::journal {

Status SegmentChain::check_name(const SegmentName& segment) const {
  if (due_ == 0 || segment.first == due_) return {};
  const std::string place = dir_ + "/" + segment.name;
  if (segment.first < due_) return Status::error("the journal is damaged: " + place + " holds positions that the segment before it holds too" + way_out(dir_));
  return Status::error("the journal is damaged: the positions " + std::to_string(due_) + " to " + std::to_string(segment.first - 1) + " are missing: " + dir_ + "/" +
                       segment_name(due_) + " should stand before " + segment.name + way_out(dir_));
}

Status SegmentChain::check_header(const SegmentName& segment, const SegmentHeader& header) {
  if (!id_) id_ = header.id;
  if (*id_ == header.id) return {};
  return Status::error("the journal is damaged: " + dir_ + "/" + segment.name + " belongs to another journal" + way_out(dir_));
}

}  // namespace cep::journal

#include "output/frame_reader.h"

#include <algorithm>

namespace cep::output {

Result<FrameReader::Found> FrameReader::next(FrameView* out) {
  if (offset_ == end_) return Found::kEnd;
  Result<std::string_view> bytes = ahead_.view(offset_, kFrameHeadBytes);
  if (bytes.ok() && bytes.value().size() == kFrameHeadBytes) bytes = ahead_.view(offset_, std::max<size_t>(frame_size(bytes.value().data()), kFrameOverBytes));
  if (!bytes.ok()) return bytes.status();
  why_ = read_frame(bytes.value(), seq_, seed_, out);
  if (!why_.empty()) return Found::kBad;
  offset_ += frame_size(bytes.value().data());
  ++seq_;
  return Found::kFrame;
}

}  // namespace cep::output

#include "output/frame_reader.h"

#include <algorithm>

namespace cep::output {

Status FrameReader::need(size_t bytes) {
  bytes = static_cast<size_t>(std::min<uint64_t>(bytes, end_ - offset_));
  if (ahead().size() >= bytes) return {};
  buffer_.erase(0, at_);
  at_ = 0;
  const size_t had = buffer_.size();
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(std::max(bytes, kReadBytes), end_ - offset_)) - had;
  buffer_.resize(had + wanted);
  Result<size_t> got = file_->read_at(offset_ + had, buffer_.data() + had, wanted);
  if (!got.ok()) return got.status();
  buffer_.resize(had + got.value());
  return {};
}

Result<FrameReader::Found> FrameReader::next(FrameView* out) {
  if (offset_ == end_) return Found::kEnd;
  if (Status read = need(kFrameHeadBytes); !read.ok()) return read;
  if (ahead().size() >= kFrameHeadBytes) {
    if (Status read = need(frame_size(ahead().data())); !read.ok()) return read;
  }
  why_ = read_frame(ahead(), seq_, seed_, out);
  if (!why_.empty()) return Found::kBad;
  const size_t bytes = frame_size(ahead().data());
  at_ += bytes;
  offset_ += bytes;
  ++seq_;
  return Found::kFrame;
}

}  // namespace cep::output

// The readers' side of a channel: where a record stands is looked up under the lock; frames are walked without it.
#include <algorithm>

#include "base/check.h"
#include "output/channel_log.h"

namespace cep::output {

struct ChannelLog::Copying {
  const size_t max_bytes;
  const Wants& wants;
  std::string* out;
  uint64_t next = 0;        // seq of the record to be looked at
  size_t passed_bytes = 0;

  bool full() const { return out->size() >= max_bytes || passed_bytes >= OutputLog::kPassedBytesMax; }
  void take(const FrameView& frame) {
    ++next;
    if (wants(frame.name)) {
      out->append(frame.text);
    } else {
      passed_bytes += frame.text.size();
    }
  }
};

uint64_t ChannelLog::oldest() const {
  if (env_ == nullptr) return ring_.oldest();
  return segments_.empty() ? ring_.next() : segments_.front().first;
}

const Segment& ChannelLog::segment_of(uint64_t seq) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), seq, [](uint64_t s, const Segment& other) { return s < other.first; });
  CEP_CHECK(after != segments_.begin());
  CEP_CHECK(seq < (after - 1)->next);
  return *(after - 1);
}

namespace {

// The last mark at or before `seq`.
const Mark& mark_of(const Segment& segment, uint64_t seq) {
  auto after = std::upper_bound(segment.index.begin(), segment.index.end(), seq, [](uint64_t s, const Mark& other) { return s < other.seq; });
  CEP_CHECK(after != segment.index.begin());
  return *(after - 1);
}

}  // namespace

ChannelPlace ChannelLog::place() const {
  std::lock_guard lock(mutex_);
  ChannelPlace out{oldest(), ring_.next(), 0};
  if (env_ == nullptr) out.bytes = ring_.kept_text();
  for (const Segment& segment : segments_) out.bytes += segment.bytes;
  return out;
}

uint64_t ChannelLog::bytes_from(uint64_t seq) const {
  std::lock_guard lock(mutex_);
  seq = std::max(seq, oldest());
  if (seq >= ring_.next()) return 0;
  if (seq < ring_.oldest()) return ring_.text() - mark_of(segment_of(seq), seq).text_before;
  const Ring::Span span = ring_.find(seq);
  uint64_t text_before = span.text_before;
  const char* frame = span.chunk.get() + span.begin;
  for (uint64_t at = span.seq; at < seq; ++at) {
    text_before += view_frame(frame).text.size();
    frame += frame_size(frame);
  }
  return ring_.text() - text_before;
}

ChannelLog::Lookup ChannelLog::look_up(uint64_t seq, Where* where) const {
  std::lock_guard lock(mutex_);
  if (seq < oldest()) return Lookup::kGone;
  if (seq >= ring_.next()) return Lookup::kEnd;
  if (seq >= ring_.oldest()) {
    where->span = ring_.find(seq);
    return Lookup::kFound;
  }
  const Segment& segment = segment_of(seq);
  const Mark& mark = mark_of(segment, seq);
  *where = Where{{}, path(segment.first), segment.seed, mark.seq, mark.offset, segment.bytes};
  return Lookup::kFound;
}

void ChannelLog::copy_span(const Ring::Span& span, Copying* copying) {
  const char* frame = span.chunk.get() + span.begin;
  const char* end = span.chunk.get() + span.end;
  for (uint64_t at = span.seq; frame < end && !copying->full(); ++at, frame += frame_size(frame)) {
    if (at == copying->next) copying->take(view_frame(frame));
  }
}

Status ChannelLog::copy_file(const Where& where, Copying* copying) const {
  auto file = env_->open(where.path, base::OpenMode::kRead);
  if (!file.ok()) return file.status();
  FrameReader reader(std::move(file.value()), where.seed, where.seq, where.offset, where.end);
  while (!copying->full()) {
    FrameView frame;
    const Result<FrameReader::Found> found = reader.next(&frame);
    if (!found.ok()) return found.status();
    if (found.value() == FrameReader::Found::kEnd) return {};
    if (found.value() == FrameReader::Found::kBad) return Status::error(where.path + ", offset " + std::to_string(reader.offset()) + ": " + reader.why());
    if (frame.seq == copying->next) copying->take(frame);
  }
  return {};
}

Result<OutputLog::Reading> ChannelLog::copy(uint64_t seq, size_t max_bytes, const Wants& wants, std::string* out) const {
  Copying copying{max_bytes, wants, out, seq};
  for (;;) {
    Where where;
    const Lookup found = look_up(copying.next, &where);
    if (found == Lookup::kGone) return OutputLog::Reading{copying.next, copying.next == seq};
    if (found == Lookup::kEnd || copying.full()) return OutputLog::Reading{copying.next, false};
    if (where.span.chunk != nullptr) {
      copy_span(where.span, &copying);
      continue;
    }
    Status read = copy_file(where, &copying);
    // Retention may have taken the segment since it was looked up.
    if (!read.ok() && look_up(copying.next, &where) != Lookup::kGone) return read;
  }
}

}  // namespace cep::output

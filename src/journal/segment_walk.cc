#include "journal/segment_walk.h"

#include "journal/entry.h"

namespace cep::journal {
namespace {

// Whether the payload holds entries that take `count` positions.
bool holds_entries(std::string_view payload, uint32_t count) {
  EntryCursor cursor(payload);
  Entry e;
  uint64_t positions = 0;
  while (cursor.next(&e))
    if (e.kind != EntryKind::kSource) ++positions;
  return !cursor.bad() && positions == count;
}

}  // namespace

SegmentWalk::SegmentWalk(base::Env* env, std::string dir, std::vector<SegmentName> segments)
    : env_(env), dir_(dir), segments_(std::move(segments)), chain_(std::move(dir)) {}

Status SegmentWalk::measure(const OnProgress& progress) {
  progress_ = progress;
  for (const SegmentName& s : segments_) {
    Result<std::unique_ptr<base::File>> file = env_->open(dir_ + "/" + s.name, base::OpenMode::kRead);
    if (!file.ok()) return file.status();
    Result<uint64_t> size = file.value()->size();
    if (!size.ok()) return size.status();
    sizes_.push_back(size.value());
    total_ += size.value();
  }
  return {};
}

Result<WalkedSegment> SegmentWalk::next() {
  const SegmentName& segment = segments_[at_];
  WalkedSegment out;
  SegmentInfo& info = out.info;
  info.name = segment.name;
  info.first = segment.first;
  info.last = segment.first - 1;
  info.bytes = sizes_[at_++];
  out.good_next = chain_.due() == 0 ? segment.first : chain_.due();
  Status sound = chain_.check_name(segment);
  auto opened = SegmentCursor::open(env_, dir_, segment, at_ == segments_.size(), &out.bad_header);
  if (!opened.ok() && !out.bad_header) return opened.status();
  if (sound.ok()) sound = opened.ok() ? chain_.check_header(segment, opened.value()->header()) : opened.status();
  if (!sound.ok()) {
    info.problem = sound.message();
    info.fatal = true;
  } else {
    out.cursor = std::move(opened.value());
    Status walked = walk_frames(out.cursor.get(), &out);
    if (!walked.ok()) return walked;
    chain_.passed(out.cursor->next_position());
  }
  read_ += sizes_[at_ - 1];
  if (progress_) progress_(read_, total_);
  return out;
}

Status SegmentWalk::walk_frames(SegmentCursor* cursor, WalkedSegment* out) {
  SegmentInfo& info = out->info;
  FrameHeader header;
  std::string_view payload;
  for (;;) {
    out->good_bytes = info.bytes = cursor->end_offset();
    out->good_next = cursor->next_position();
    Result<bool> more = cursor->next(&header, &payload);
    if (!more.ok() && !cursor->damaged()) return more.status();
    std::string problem = more.ok() ? "" : more.status().message();
    if (more.ok() && more.value() && !holds_entries(payload, header.count))
      problem = "the journal is damaged: " + dir_ + "/" + cursor->place() + ": the frame holds bytes that are no entries" + way_out(dir_);
    if (!problem.empty()) {
      info.problem = problem;
      info.fatal = true;
      return {};
    }
    if (!more.value()) break;
    if (info.frames++ == 0) info.first_arrival_ms = header.arrival_ms;
    info.last_arrival_ms = header.arrival_ms;
    info.last = header.end() - 1;
    if (progress_) progress_(read_ + cursor->end_offset(), total_);
  }
  info.bytes = cursor->end_offset();
  if (cursor->torn_bytes() > 0)
    info.problem = "torn tail of " + std::to_string(cursor->torn_bytes()) + " bytes at offset " + std::to_string(cursor->frame_offset()) + "; the daemon cuts it when it starts";
  return {};
}

}  // namespace cep::journal

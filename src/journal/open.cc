// A journal is opened for writing by the steps of FORMAT.md, "Opening for writing".
#include <algorithm>

#include "base/fault.h"
#include "journal/reader.h"
#include "journal/segment_chain.h"
#include "journal/segment_copy.h"
#include "journal/segment_cursor.h"
#include "journal/segment_writer.h"

namespace cep::journal {

using base::kill_point;

namespace {

std::array<char, 16> random_id(base::Env* env) {
  std::array<char, 16> id{};
  for (size_t i = 0; i < id.size(); i += 8) {
    uint64_t r = env->random();
    for (size_t b = 0; b < 8; ++b, r >>= 8) id[i + b] = static_cast<char>(r);
  }
  return id;
}

Status remove_temporaries(base::Env* env, const std::string& dir) {
  Result<std::vector<std::string>> names = env->list(dir);
  if (!names.ok()) return names.status();
  for (const std::string& name : names.value()) {
    std::string_view stem = name;
    if (!stem.ends_with(base::kTemporary)) continue;
    stem.remove_suffix(std::string_view(base::kTemporary).size());
    if (!parse_segment_name(stem)) continue;
    Status removed = env->remove(dir + "/" + name);
    if (!removed.ok()) return removed;
  }
  return {};
}

// Its name is made durable though it may be there: a crash may have come between the two.
Status make_directory(base::Env* env, const std::string& dir) {
  Status made = env->make_dir(dir);
  if (!made.ok()) return made;
  const size_t slash = dir.rfind('/');
  return env->sync_dir(slash == std::string::npos ? "." : slash == 0 ? "/" : dir.substr(0, slash));
}

// Bytes of all segments but the last.
Result<uint64_t> older_bytes(base::Env* env, const std::string& dir, const std::vector<SegmentName>& segments) {
  uint64_t sum = 0;
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    Result<std::unique_ptr<base::File>> file = env->open(dir + "/" + segments[i].name, base::OpenMode::kRead);
    if (!file.ok()) return file.status();
    Result<uint64_t> size = file.value()->size();
    if (!size.ok()) return size.status();
    sum += size.value();
  }
  return sum;
}

// Reads the segment to its end.
Result<std::unique_ptr<SegmentCursor>> read_last(base::Env* env, const std::string& dir, const SegmentName& segment) {
  bool damaged = false;
  auto opened = SegmentCursor::open(env, dir, segment, true, &damaged);
  if (!opened.ok()) return opened.status();
  FrameHeader header;
  std::string_view payload;
  for (;;) {
    Result<bool> more = opened.value()->next(&header, &payload);
    if (!more.ok()) return more.status();
    if (!more.value()) return opened;
  }
}

// The segment as it is, for the planted bug.
Result<OpenSegment> trust(base::Env* env, const std::string& dir, const SegmentName& segment, const SegmentCursor& read) {
  Result<std::unique_ptr<base::File>> file = env->open(dir + "/" + segment.name, base::OpenMode::kWrite);
  if (!file.ok()) return file.status();
  OpenSegment open;
  open.file = std::move(file.value());
  open.header = read.header();
  open.offset = read.end_offset();
  open.next = read.next_position();
  return open;
}

// The last segment, written anew without what is torn.
Result<OpenSegment> take_over(base::Env* env, const std::string& dir, const SegmentName& segment, Opened* out) {
  Result<std::unique_ptr<SegmentCursor>> read = read_last(env, dir, segment);
  if (!read.ok()) return read.status();
  const SegmentCursor& last = *read.value();
  out->torn_bytes = last.torn_bytes();
  if (out->torn_bytes > 0) out->torn_at = last.place();
  if (last.closed()) out->full = segment.name;
  if (base::planted(base::Bug::kTrustPageCache) && !last.closed()) return trust(env, dir, segment, last);
  SegmentCopy copy;
  copy.keep_bytes = last.end_offset();
  copy.next = last.next_position();
  copy.header = last.header();
  copy.closed = last.closed();
  copy.with_mark = !last.marked() && last.next_position() > last.header().first;
  if (base::planted(base::Bug::kKeepTornTail)) copy.keep_bytes += last.torn_bytes();
  return copy_segment(env, dir, last.file(), copy);
}

}  // namespace

Result<Opened> open_journal(base::Env* env, const std::string& dir, const WriterOptions& options) {
  Status ready = make_directory(env, dir);
  if (ready.ok()) ready = remove_temporaries(env, dir);
  if (!ready.ok()) return ready;
  Result<std::vector<SegmentName>> segments = list_segments(env, dir);
  if (!segments.ok()) return segments.status();
  Result<uint64_t> older = older_bytes(env, dir, segments.value());
  if (!older.ok()) return older.status();
  Opened out;
  SegmentHeader fresh;
  fresh.reserved_bytes = std::max(options.segment_bytes, kSegmentBegin + kRoomBehind);
  fresh.id = random_id(env);
  uint64_t bytes = older.value();
  Result<OpenSegment> open = OpenSegment{};
  if (!segments.value().empty()) {
    open = take_over(env, dir, segments.value().back(), &out);
    if (!open.ok()) return open.status();
    fresh.first = open.value().next;
    fresh.id = open.value().header.id;
  }
  if (open.value().file == nullptr || open.value().closed) {
    bytes += open.value().file == nullptr ? 0 : open.value().offset;
    open = make_segment(env, dir, fresh);
    if (!open.ok()) return open.status();
  }
  out.writer = make_writer(env, dir, options, std::move(open.value()), bytes);
  return out;
}

}  // namespace cep::journal

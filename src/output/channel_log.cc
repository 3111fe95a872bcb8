#include "output/channel_log.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault.h"

namespace cep::output {
namespace {

constexpr int64_t kSegmentsInAge = 8;  // so a record outlives the age by an eighth of it at most

}  // namespace

ChannelLog::ChannelLog(Channel channel, uint64_t ring_bytes) : channel_(channel), ring_(ring_bytes, 1, 0) {}

ChannelLog::ChannelLog(base::Env* env, std::string dir, Channel channel, const OutputLogOptions& options, uint64_t log_seed, ChannelScan scan)
    : env_(env), dir_(std::move(dir)), channel_(channel), ring_(options.ring_bytes, scan.next, scan.text), segments_(std::move(scan.segments)) {
  comparer_ = std::make_unique<Comparer>(env, dir_, channel, segments_, scan.next);
  const SegmentWriter::Roll roll{options.segment_bytes, options.retain_age_ms / kSegmentsInAge};
  writer_ = std::make_unique<SegmentWriter>(env, dir_, channel, log_seed, roll, segments_.empty() ? nullptr : &segments_.back());
}

std::string ChannelLog::path(uint64_t first) const { return dir_ + "/" + segment_name(channel_, first); }

Status ChannelLog::open(uint64_t synced) {
  synced_ = synced;
  for (Segment& segment : segments_) {
    if (&segment != &segments_.back() && segment.next - 1 <= synced) continue;
    auto file = env_->open(path(segment.first), base::OpenMode::kWrite);
    if (!file.ok()) return file.status();
    segment.to_sync = std::move(file.value());
    if (segment.next - 1 <= synced) continue;
    if (Status again = write_again(segment, synced); !again.ok()) return again;
  }
  // When the last segment was begun is written nowhere: not before the one before it was written last.
  return writer_->open(segments_.size() > 1 ? env_->modified_ms(path(segments_[segments_.size() - 2].first)) : 0);
}

Status ChannelLog::write_again(const Segment& segment, uint64_t synced) {
  constexpr size_t kBytes = 1 << 20;
  uint64_t offset = 0;
  for (const Mark& mark : segment.index) {
    if (mark.seq <= synced) offset = mark.offset;
  }
  std::string buffer;
  while (offset < segment.bytes) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(kBytes, segment.bytes - offset)));
    Result<size_t> got = segment.to_sync->read_at(offset, buffer.data(), buffer.size());
    if (!got.ok()) return got.status();
    if (got.value() != buffer.size()) return Status::error(path(segment.first) + " has become shorter while it was opened");
    if (Status written = segment.to_sync->write_at(offset, buffer); !written.ok()) return written;
    offset += buffer.size();
  }
  return {};
}

Status ChannelLog::accept(uint64_t position, uint64_t next) {
  if (next > comparer_->next()) {
    const std::string name(channel_name(channel_));
    return Status::error("the output log ends at " + name + "/" + std::to_string(comparer_->next() - 1) + ", and a person has settled that records up to " + name + "/" +
                         std::to_string(next - 1) + " hold as they were sent (journal repair --accept-output): they cannot be made again. Put " + dir_ +
                         " back from a copy, or settle what is left by `cepctl journal repair --accept-output`");
  }
  accepted_ = position;
  comparer_->start_at(next);
  return {};
}

Status ChannelLog::append(const Record& record) {
  base::kill_point("output-append");
  if (record.position <= accepted_ && env_ != nullptr) return {};
  const uint64_t seq = ring_.staged_next();
  const size_t bytes = frame_bytes(record.name.size(), record.line.size());
  uint64_t seed = 0;
  if (env_ != nullptr) {
    const bool reset = base::planted(base::Bug::kSeqReset);
    if (record.seq < comparer_->oldest()) {
      if (!reset) comparer_->pass(record.seq);
      return {};
    }
    if (record.seq < comparer_->next() && !reset) return comparer_->check(record);
    CEP_CHECK(reset || (record.seq == seq && comparer_->remaining() == 0));
    if (seq == ring_.next()) begin_batch();
    seed = writer_->place(seq, bytes, ring_.staged_text());
  }
  char* frame = ring_.stage(bytes, record.line.size() + 1);
  encode_frame(seq, record.position, record.name, record.line, seed, frame);
  if (env_ != nullptr) writer_->stage(frame, bytes);
  base::kill_point("output-appended");
  return {};
}

// From here to publish() the newest segment is the appender's: retention leaves it alone.
void ChannelLog::begin_batch() {
  bool gone = false;
  {
    std::lock_guard lock(mutex_);
    staging_ = true;
    gone = segments_.empty();
  }
  writer_->begin_batch(gone);
}

uint64_t ChannelLog::still_to_compare() const {
  if (comparer_ == nullptr || base::planted(base::Bug::kSeqReset)) return 0;
  return comparer_->remaining();
}

Status ChannelLog::publish() {
  if (ring_.staged_next() == ring_.next()) return {};
  base::kill_point("output-publish");
  if (env_ != nullptr) {
    if (Status written = writer_->write(); !written.ok()) return written;
  }
  {
    std::lock_guard lock(mutex_);
    if (env_ != nullptr) writer_->publish(&segments_);
    ring_.publish();
    staging_ = false;
  }
  base::kill_point("output-published");
  return {};
}

// ---- upkeep

ChannelLog::Unsynced ChannelLog::unsynced() const {
  std::lock_guard lock(mutex_);
  Unsynced out;
  if (ring_.next() - 1 <= synced_) return out;
  out.upto = ring_.next() - 1;
  for (const Segment& segment : segments_) {
    if (segment.next - 1 > synced_) out.files.push_back(segment.to_sync);
  }
  return out;
}

void ChannelLog::set_synced(uint64_t upto) {
  std::lock_guard lock(mutex_);
  synced_ = std::max(synced_, upto);
  for (Segment& segment : segments_) {
    if (segment.next - 1 <= synced_ && &segment != &segments_.back()) segment.to_sync.reset();
  }
}

std::vector<ChannelLog::OldSegment> ChannelLog::old_segments() const {
  std::lock_guard lock(mutex_);
  std::vector<OldSegment> out;
  for (const Segment& segment : segments_) {
    const bool newest = &segment == &segments_.back();
    // An empty one must not go: the next would have its name.
    if (newest && (staging_ || segment.next - 1 > synced_ || segment.next == segment.first)) break;
    out.push_back(OldSegment{path(segment.first), segment.first, segment.written_us, segment.next, segment.bytes, newest});
  }
  return out;
}

std::vector<ChannelLog::OldSegment> ChannelLog::all_segments() const {
  std::lock_guard lock(mutex_);
  std::vector<OldSegment> out;
  for (const Segment& segment : segments_) out.push_back(OldSegment{path(segment.first), segment.first, segment.written_us, segment.next, segment.bytes, false});
  return out;
}

bool ChannelLog::forget_all(uint64_t next) {
  std::lock_guard lock(mutex_);
  if (staging_ || ring_.next() != next) return false;
  segments_.clear();
  return true;
}

void ChannelLog::forget_before(uint64_t seq) {
  std::lock_guard lock(mutex_);
  while (!segments_.empty() && segments_.front().next <= seq) segments_.erase(segments_.begin());
  CEP_CHECK(segments_.empty() || segments_.front().first == seq);
}

}  // namespace cep::output

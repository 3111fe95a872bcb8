// Order is everything here: what a step relies on is durable before the step is taken (FORMAT.md, "Files", "Marks", "End").
#include "journal/segment_writer.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault.h"

namespace cep::journal {

using base::kill_point;

namespace {

class SegmentWriter final : public Writer {
 public:
  SegmentWriter(base::Env* env, std::string dir, const WriterOptions& options, OpenSegment segment, uint64_t older_bytes)
      : env_(env), dir_(std::move(dir)), options_(options), segment_(std::move(segment)), durable_(segment_.next - 1), older_bytes_(older_bytes) {}

  Status append(const Frame& frame) override {
    if (!broken_.ok()) return broken_;
    CEP_CHECK(frame.base == segment_.next);
    CEP_CHECK(frame.count > 0);
    if (frame.payload.size() > kPayloadBytesMax) return Status::error("a frame of " + std::to_string(frame.payload.size()) + " bytes is too large for the journal");
    const bool packed = options_.compress && compress(frame.payload, &packed_);
    const std::string_view stored = packed ? std::string_view(packed_) : frame.payload;
    const uint64_t bytes = kFrameHeaderBytes + stored.size();
    if (segment_.offset + bytes + kRoomBehind > segment_.header.reserved_bytes) {
      Status rolled = roll(kSegmentBegin + bytes + kRoomBehind);
      if (!rolled.ok()) return fail(std::move(rolled));
    }
    Status written = write(frame, stored, packed);
    return written.ok() ? written : fail(std::move(written));
  }

  Status sync() override {
    if (!broken_.ok()) return broken_;
    if (durable_ + 1 == segment_.next) return {};
    Status synced = sync_file();
    if (synced.ok()) synced = put_mark(FrameKind::kMark);
    return synced.ok() ? synced : fail(std::move(synced));
  }

  uint64_t next_position() const override { return segment_.next; }
  uint64_t durable_position() const override { return durable_; }
  uint64_t bytes() const override { return older_bytes_ + segment_.offset; }

 private:
  Status fail(Status why) { return broken_ = std::move(why); }

  Status write(const Frame& frame, std::string_view stored, bool packed) {
    FrameHeader h;
    h.compressed = packed;
    h.base = frame.base;
    h.count = frame.count;
    h.payload_bytes = static_cast<uint32_t>(frame.payload.size());
    h.stored_bytes = static_cast<uint32_t>(stored.size());
    h.arrival_ms = frame.arrival_ms;
    h.synced_upto = durable_;
    const uint64_t seed = frame_seed(segment_.header, segment_.offset);
    h.stored_check = checksum(stored, seed);
    bytes_.clear();
    append_frame_header(h, seed, &bytes_);
    bytes_.append(stored);
    kill_point("journal.append.before");
    Status written = segment_.file->write_at(segment_.offset, bytes_);
    if (!written.ok()) return written;
    kill_point("journal.append.after");
    segment_.offset += bytes_.size();
    segment_.next = h.end();
    return {};
  }

  // Makes the frames durable.
  Status sync_file() {
    kill_point("journal.sync.before");
    Status synced = segment_.file->sync();
    if (!synced.ok() && base::planted(base::Bug::kRetrySync)) synced = segment_.file->sync();
    if (!synced.ok()) return synced;
    kill_point("journal.sync.after");
    durable_ = segment_.next - 1;
    return {};
  }

  Status put_mark(FrameKind kind) {
    kill_point("journal.mark.before");
    Status written = segment_.file->write_at(segment_.offset, mark_frame(kind, segment_.header, segment_.offset, segment_.next));
    if (!written.ok()) return written;
    kill_point("journal.mark.after");
    segment_.offset += kFrameHeaderBytes;
    return {};
  }

  // Closes the segment and begins the next; it will have room for `needed_bytes`.
  Status roll(uint64_t needed_bytes) {
    kill_point("journal.roll.before");
    if (segment_.next != segment_.header.first) {
      Status closed = close();
      if (!closed.ok()) return closed;
      older_bytes_ += segment_.offset;
    }
    SegmentHeader header = segment_.header;
    header.first = segment_.next;
    header.reserved_bytes = std::max(options_.segment_bytes, needed_bytes);
    Result<OpenSegment> made = make_segment(env_, dir_, header);
    if (!made.ok()) return made.status();
    segment_ = std::move(made.value());
    kill_point("journal.roll.after");
    return {};
  }

  // The end frame is durable before the file is cut: a file that is shorter than reserved always has one.
  Status close() {
    Status done = sync_file();
    if (done.ok()) done = put_mark(FrameKind::kEnd);
    if (done.ok()) done = sync_file();
    if (done.ok()) done = segment_.file->truncate(segment_.offset);
    if (!done.ok()) return done;
    kill_point("journal.cut.after");
    return sync_file();
  }

  base::Env* env_;
  std::string dir_;
  WriterOptions options_;
  OpenSegment segment_;
  uint64_t durable_;
  uint64_t older_bytes_;
  Status broken_;
  std::string packed_, bytes_;
};

}  // namespace

std::string mark_frame(FrameKind kind, const SegmentHeader& segment, uint64_t offset, uint64_t next) {
  CEP_CHECK(next > 0);
  FrameHeader h;
  h.kind = kind;
  h.base = next;
  h.synced_upto = next - 1;
  const uint64_t seed = frame_seed(segment, offset);
  h.stored_check = checksum({}, seed);
  std::string out;
  append_frame_header(h, seed, &out);
  return out;
}

Result<OpenSegment> make_segment(base::Env* env, const std::string& dir, const SegmentHeader& header) {
  const std::string path = dir + "/" + segment_name(header.first);
  kill_point("journal.create.before");
  Result<std::unique_ptr<base::File>> file = env->open(path + base::kTemporary, base::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  OpenSegment made;
  made.file = std::move(file.value());
  made.header = header;
  made.next = header.first;
  Status done = made.file->preallocate(header.reserved_bytes);
  if (done.ok()) done = made.file->write_at(0, encode_segment_header(header));
  kill_point("journal.create.written");
  if (done.ok()) done = base::put_in_place(env, made.file.get(), path);
  if (!done.ok()) return done;
  kill_point("journal.create.after");
  return made;
}

std::unique_ptr<Writer> make_writer(base::Env* env, const std::string& dir, const WriterOptions& options, OpenSegment segment, uint64_t older_bytes) {
  return std::make_unique<SegmentWriter>(env, dir, options, std::move(segment), older_bytes);
}

}  // namespace cep::journal

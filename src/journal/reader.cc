// From segment to segment; all judgement is SegmentCursor's and SegmentChain's.
#include "journal/reader.h"

#include "journal/segment_chain.h"
#include "journal/segment_cursor.h"

namespace cep::journal {
namespace {

class ChainReader final : public Reader {
 public:
  ChainReader(base::Env* env, std::string dir, std::vector<SegmentName> segments, uint64_t from)
      : env_(env), dir_(dir), segments_(std::move(segments)), from_(from), chain_(std::move(dir)) {}

  // Sizes, for progress.
  Status measure() {
    for (const SegmentName& s : segments_) {
      Result<std::unique_ptr<base::File>> file = env_->open(dir_ + "/" + s.name, base::OpenMode::kRead);
      if (!file.ok()) return file.status();
      Result<uint64_t> size = file.value()->size();
      if (!size.ok()) return size.status();
      total_ += size.value();
    }
    return {};
  }

  Result<bool> next(Frame* out) override {
    for (;;) {
      if (!cursor_) {
        if (at_ == segments_.size()) return false;
        Status opened = open_segment();
        if (!opened.ok()) return opened;
      }
      FrameHeader header;
      std::string_view payload;
      Result<bool> got = cursor_->next(&header, &payload);
      if (!got.ok()) return got;
      place_ = cursor_->place();
      if (!got.value()) {
        chain_.passed(cursor_->next_position());
        read_ += cursor_->file_bytes();
        cursor_.reset();
        ++at_;
        continue;
      }
      if (header.end() <= from_) continue;
      *out = {header.base, header.count, header.arrival_ms, payload};
      return true;
    }
  }

  std::string place() const override { return place_; }
  uint64_t bytes_read() const override { return at_ == segments_.size() ? total_ : read_ + (cursor_ ? cursor_->end_offset() : 0); }
  uint64_t bytes_total() const override { return total_; }

 private:
  Status open_segment() {
    const SegmentName& segment = segments_[at_];
    Status named = chain_.check_name(segment);
    if (!named.ok()) return named;
    bool damaged = false;
    auto opened = SegmentCursor::open(env_, dir_, segment, at_ + 1 == segments_.size(), &damaged);
    if (!opened.ok()) return opened.status();
    cursor_ = std::move(opened.value());
    return chain_.check_header(segment, cursor_->header());
  }

  base::Env* env_;
  std::string dir_;
  std::vector<SegmentName> segments_;
  uint64_t from_;
  SegmentChain chain_;
  size_t at_ = 0;
  std::unique_ptr<SegmentCursor> cursor_;
  std::string place_;
  uint64_t read_ = 0, total_ = 0;
};

}  // namespace

Result<std::unique_ptr<Reader>> open_reader(base::Env* env, const std::string& dir, uint64_t from) {
  Result<std::vector<SegmentName>> listed = list_segments(env, dir);
  if (!listed.ok()) return listed.status();
  std::vector<SegmentName> segments = std::move(listed.value());
  if (!segments.empty() && segments.front().first > from)
    return Status::error("the journal in " + dir + " begins at position " + std::to_string(segments.front().first) + ": what comes before is not there" +
                         (from == 1 ? " (" + segment_name(1) + " is missing): put it back from a copy, or move the data directory away" : ""));
  while (segments.size() > 1 && segments[1].first <= from) segments.erase(segments.begin());
  auto reader = std::make_unique<ChainReader>(env, dir, std::move(segments), from);
  Status measured = reader->measure();
  if (!measured.ok()) return measured;
  return std::unique_ptr<Reader>(std::move(reader));
}

}  // namespace cep::journal

#include "journal/segment_cursor.h"

#include <algorithm>
#include <cstring>

#include "base/fault.h"

namespace cep::journal {
namespace {

constexpr size_t kSearchPiece = 1 << 20;

// Offset behind the last byte that is not zero.
size_t length_without_zeros(std::string_view bytes) {
  if (bytes.empty()) return 0;
  if (bytes.front() == '\0' && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0) return 0;
  const size_t last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

}  // namespace

Result<std::vector<SegmentName>> list_segments(base::Env* env, const std::string& dir) {
  Result<std::vector<std::string>> names = env->list(dir);
  if (!names.ok()) return names.status();
  std::vector<SegmentName> out;
  for (const std::string& name : names.value())
    if (const auto first = parse_segment_name(name)) out.push_back({name, *first});
  std::sort(out.begin(), out.end(), [](const SegmentName& a, const SegmentName& b) { return a.first < b.first; });
  return out;
}

std::string way_out(const std::string& dir) {
  const bool usual = dir.ends_with("/journal");
  return ". The way out: put the file back from a copy, or, if there is none, `cepctl journal repair" +
         (usual ? " --data-dir " + dir.substr(0, dir.size() - std::string_view("/journal").size()) : "") + "`, which keeps what comes before this place and sets the rest aside";
}

Result<std::unique_ptr<SegmentCursor>> SegmentCursor::open(base::Env* env, const std::string& dir, const SegmentName& segment, bool last, bool* damaged) {
  *damaged = false;
  Result<std::unique_ptr<base::File>> file = env->open(dir + "/" + segment.name, base::OpenMode::kRead);
  if (!file.ok()) return file.status();
  std::unique_ptr<SegmentCursor> cursor(new SegmentCursor(dir, segment.name, std::move(file.value()), last));
  Status read = cursor->read_header(segment.first, damaged);
  if (!read.ok()) return read;
  return cursor;
}

Status SegmentCursor::read_header(uint64_t first, bool* damaged) {
  Result<uint64_t> size = file_->size();
  if (!size.ok()) return size.status();
  file_bytes_ = size.value();
  Result<std::string_view> bytes = ahead_.view(0, kSegmentBegin);
  if (!bytes.ok()) return bytes.status();
  Result<SegmentHeader> header = decode_segment_header(bytes.value());
  *damaged = true;
  if (!header.ok()) return damage(header.status().message());
  header_ = header.value();
  if (header_.first != first) return damage("the segment begins at position " + std::to_string(header_.first) + ", its name says otherwise");
  *damaged = false;
  next_ = header_.first;
  return {};
}

Status SegmentCursor::damage(const std::string& what) {
  damaged_ = true;
  return Status::error("the journal is damaged: " + dir_ + "/" + place() + ": " + what + way_out(dir_));
}

Result<bool> SegmentCursor::read_frame(FrameHeader* header, std::string_view* payload, std::string* wrong) {
  const bool check = !base::planted(base::Bug::kIgnoreChecksum);
  Result<std::string_view> bytes = ahead_.view(end_offset_, kFrameHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  if (bytes.value().size() < kFrameHeaderBytes) return *wrong = "the file ends within a frame's header", false;
  const uint64_t seed = frame_seed(header_, end_offset_);
  if (const char* bad = read_frame_header(bytes.value(), seed, check, header)) return *wrong = bad, false;
  if (header->payload_bytes > kPayloadBytesMax || header->stored_bytes > kPayloadBytesMax) return *wrong = "the frame is too large", false;
  bytes = ahead_.view(end_offset_, kFrameHeaderBytes + header->stored_bytes);
  if (!bytes.ok()) return bytes.status();
  const std::string_view stored = bytes.value().substr(std::min(bytes.value().size(), kFrameHeaderBytes));
  if (stored.size() < header->stored_bytes) return *wrong = "the file ends within a frame", false;
  if (check && checksum(stored, seed) != header->stored_check) return *wrong = "the checksum of the frame's payload is wrong", false;
  *payload = stored;
  if (!header->compressed) return true;
  if (!decompress(stored, header->payload_bytes, &unpacked_)) return *wrong = "the frame's payload cannot be unpacked", false;
  *payload = unpacked_;
  return true;
}

Result<bool> SegmentCursor::next(FrameHeader* header, std::string_view* payload) {
  while (!done_) {
    frame_offset_ = end_offset_;
    std::string wrong;
    Result<bool> good = read_frame(header, payload, &wrong);
    if (!good.ok()) return good;
    if (!good.value()) {
      Status judged = judge_tail(wrong);
      if (!judged.ok()) {
        // A daemon that is writing may have been half way: what is damage is still so when it is read again.
        ahead_.forget();
        good = read_frame(header, payload, &wrong);
        if (!good.ok()) return good;
        if (!good.value()) return done_ = true, judged;
        damaged_ = false;
      } else {
        done_ = true;
        break;
      }
    }
    if (header->base != next_) {
      done_ = true;
      return damage("a frame of position " + std::to_string(header->base) + " stands where position " + std::to_string(next_) + " is due");
    }
    end_offset_ += kFrameHeaderBytes + header->stored_bytes;
    next_ = header->end();
    marked_ = header->kind != FrameKind::kEntries && header->synced_upto + 1 == next_;
    if (header->kind == FrameKind::kEntries) return true;
    if (header->kind == FrameKind::kEnd) {
      done_ = closed_ = true;
      Status checked = check_closed();
      if (!checked.ok()) return checked;
    }
  }
  return false;
}

// Behind an end frame the file ends; in the last segment it may not have been cut yet.
Status SegmentCursor::check_closed() {
  Result<uint64_t> size = file_->size();
  if (!size.ok()) return size.status();
  file_bytes_ = size.value();
  if (file_bytes_ == end_offset_) return {};
  frame_offset_ = end_offset_;
  if (!last_) return damage("the segment's end frame is not at the end of its file");
  std::string proof;
  return search_tail(&proof);
}

Status SegmentCursor::judge_tail(const std::string& wrong) {
  if (!last_) return damage(wrong + ", and this is not the last segment");
  Result<uint64_t> size = file_->size();
  if (!size.ok()) return size.status();
  file_bytes_ = size.value();
  if (file_bytes_ < header_.reserved_bytes)
    return damage("the file was cut short: it has " + std::to_string(file_bytes_) + " bytes of " + std::to_string(header_.reserved_bytes));
  std::string proof;
  Status searched = search_tail(&proof);
  if (!searched.ok()) return searched;
  return proof.empty() ? Status() : damage(wrong + ", but " + proof);
}

Status SegmentCursor::search_tail(std::string* proof) {
  storage::ReadAhead ahead(file_.get());
  uint64_t last_byte = frame_offset_;
  for (uint64_t at = frame_offset_; at < file_bytes_; at += kSearchPiece) {
    Result<std::string_view> bytes = ahead.view(at, kSearchPiece + kFrameHeaderBytes - 1);
    if (!bytes.ok()) return bytes.status();
    const size_t used = length_without_zeros(bytes.value());
    if (used == 0) continue;
    last_byte = at + used;
    look_for_proof(bytes.value(), at, proof);
  }
  torn_bytes_ = last_byte - frame_offset_;
  return {};
}

void SegmentCursor::look_for_proof(std::string_view bytes, uint64_t offset, std::string* proof) const {
  FrameHeader h;
  for (size_t at = find_frame_magic(bytes, 0); at != std::string_view::npos && proof->empty(); at = find_frame_magic(bytes, at + 1)) {
    if (bytes.size() - at < kFrameHeaderBytes) return;
    if (read_frame_header(bytes.substr(at), frame_seed(header_, offset + at), true, &h) != nullptr || h.synced_upto < next_) continue;
    *proof = "the frame at offset " + std::to_string(offset + at) + " says that everything up to position " + std::to_string(h.synced_upto) + " was durable";
  }
}

}  // namespace cep::journal

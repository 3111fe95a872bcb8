// The way out of damage. Order: what is set aside goes from the back to the front, so that a crash in between leaves a journal with the same damage, or with none; the damaged segment
// itself is copied aside whole before it is written anew.
#include <algorithm>
#include <optional>

#include "base/fault.h"
#include "journal/reader.h"
#include "journal/segment_copy.h"
#include "journal/segment_walk.h"
#include "storage/aside.h"

namespace cep::journal {

using base::kill_point;

namespace {

class Repair {
 public:
  Repair(base::Env* env, std::string dir, std::string* report, const OnProgress& progress)
      : env_(env), dir_(std::move(dir)), report_(report), progress_(progress), aside_(env, dir_) {}

  Status run() {
    Result<std::vector<SegmentName>> listed = list_segments(env_, dir_);
    if (!listed.ok()) return listed.status();
    segments_ = std::move(listed.value());
    Result<bool> found = find();
    if (!found.ok()) return found.status();
    if (!found.value()) return *report_ = "nothing is damaged: " + std::to_string(segments_.size()) + (segments_.size() == 1 ? " segment" : " segments") + " read\n", Status();
    *report_ = bad_.info.problem + "\n";
    Status done = mend_header();
    if (!done.ok() || mended_) return done;
    count_lost();
    done = aside_.make();
    if (done.ok()) done = set_aside_later();
    if (done.ok()) done = bad_.good_bytes > 0 ? cut() : move_aside(segments_[at_].name);
    if (done.ok()) done = env_->sync_dir(dir_);
    if (done.ok()) tell_lost();
    return done;
  }

 private:
  // The first segment with damage.
  Result<bool> find() {
    SegmentWalk walk(env_, dir_, segments_);
    Status measured = walk.measure(progress_);
    if (!measured.ok()) return measured;
    for (at_ = 0; !walk.at_end(); ++at_) {
      Result<WalkedSegment> walked = walk.next();
      if (!walked.ok()) return walked.status();
      if (!walked.value().info.fatal) continue;
      bad_ = std::move(walked.value());
      return true;
    }
    return false;
  }

  // If the one copy of a header is good, the other is made from it: nothing is lost.
  Status mend_header() {
    if (!bad_.bad_header) return {};
    const std::string path = dir_ + "/" + bad_.info.name;
    Result<std::unique_ptr<base::File>> file = env_->open(path, base::OpenMode::kWrite);
    if (!file.ok()) return file.status();
    std::string bytes(kSegmentBegin, '\0');
    Result<size_t> got = file.value()->read_at(0, bytes.data(), bytes.size());
    if (!got.ok()) return got.status();
    std::optional<SegmentHeader> half;
    if (decode_segment_header(std::string_view(bytes).substr(0, got.value()), &half).ok() || !half || half->first != bad_.info.first) return {};
    Status done = file.value()->write_at(0, encode_segment_header(*half));
    if (done.ok()) done = file.value()->sync();
    if (!done.ok()) return done;
    mended_ = true;
    *report_ += "the segment's header was made again from its second copy; nothing is lost\n";
    return {};
  }

  Status move_aside(const std::string& name) {
    kill_point("journal.repair.move");
    Status moved = aside_.move(name);
    if (moved.ok()) *report_ += "moved " + name + " to " + aside_.path() + "\n";
    return moved;
  }

  Status set_aside_later() {
    for (size_t i = segments_.size(); i > at_ + 1; --i) {
      Status moved = move_aside(segments_[i - 1].name);
      if (!moved.ok()) return moved;
    }
    return {};
  }

  // The damaged segment: a whole copy aside, then what is good of it in its place.
  Status cut() {
    const std::string& name = bad_.info.name;
    Result<uint64_t> size = bad_.cursor->file()->size();
    if (!size.ok()) return size.status();
    Status done = aside_.copy(bad_.cursor->file(), 0, size.value(), name);
    if (!done.ok()) return done;
    *report_ += "copied " + name + " to " + aside_.path() + "\n";
    kill_point("journal.repair.cut");
    if (env_->exists(dir_ + "/" + name + base::kTemporary)) done = env_->remove(dir_ + "/" + name + base::kTemporary);
    if (!done.ok()) return done;
    SegmentCopy copy;
    copy.header = bad_.cursor->header();
    copy.keep_bytes = bad_.good_bytes;
    copy.next = bad_.good_next;
    // Frames of one segment fit its reserve but for damage in the header's place: never keep more than fits.
    copy.with_mark = bad_.good_next > copy.header.first && bad_.good_bytes + kRoomBehind <= copy.header.reserved_bytes;
    Result<OpenSegment> made = copy_segment(env_, dir_, bad_.cursor->file(), copy);
    return made.ok() ? Status() : made.status();
  }

  // What lies behind the good part: bytes that are not zero, and the greatest position that some frame there says.
  void count_lost() {
    for (size_t i = at_; i < segments_.size(); ++i) {
      Result<std::string> bytes = base::read_whole(env_, dir_ + "/" + segments_[i].name);
      if (!bytes.ok()) continue;
      const size_t from = i == at_ ? std::min<size_t>(bad_.good_bytes, bytes.value().size()) : 0;
      const size_t end = bytes.value().find_last_not_of('\0');
      if (end != std::string::npos && end >= from) lost_bytes_ += end + 1 - from;
      std::optional<SegmentHeader> half;
      Result<SegmentHeader> header = decode_segment_header(std::string_view(bytes.value()).substr(0, kSegmentBegin), &half);
      if (header.ok()) half = header.value();
      if (half) last_lost_ = std::max(last_lost_, greatest_position(bytes.value(), *half, from));
    }
  }

  static uint64_t greatest_position(std::string_view bytes, const SegmentHeader& segment, size_t from) {
    uint64_t last = 0;
    for (size_t at = find_frame_magic(bytes, from); at != std::string_view::npos; at = find_frame_magic(bytes, at + 1)) {
      FrameHeader h;
      const bool room = bytes.size() - at >= kFrameHeaderBytes;
      if (room && read_frame_header(bytes.substr(at), frame_seed(segment, at), true, &h) == nullptr) last = std::max(last, h.end() - 1);
    }
    return last;
  }

  void tell_lost() {
    const uint64_t kept = bad_.good_next;
    *report_ += kept == 1 ? "kept: nothing\n" : "kept: the positions up to " + std::to_string(kept - 1) + "\n";
    *report_ += last_lost_ >= kept ? "lost: the positions " + std::to_string(kept) + " to " + std::to_string(last_lost_) + ", "
                                   : "lost: whatever followed, ";
    *report_ += std::to_string(lost_bytes_) + " bytes; " + aside_.path() + " has them\n";
  }

  base::Env* env_;
  std::string dir_;
  std::string* report_;
  const OnProgress& progress_;
  std::vector<SegmentName> segments_;
  size_t at_ = 0;          // of the damaged segment
  WalkedSegment bad_;
  storage::Aside aside_;
  uint64_t lost_bytes_ = 0, last_lost_ = 0;
  bool mended_ = false;
};

}  // namespace

Status repair(base::Env* env, const std::string& dir, std::string* report, const OnProgress& progress) {
  return Repair(env, dir, report, progress).run();
}

}  // namespace cep::journal

// Each damaged segment's rest and every later segment of its channel go to a new folder damaged-<n>; the channel then ends where it is sound. Segments go from the newest to the
// oldest and each move is whole, so that a repair that is broken off can be made again.
#include "output/repair.h"

#include <algorithm>

#include "output/frame_reader.h"
#include "output/opening.h"
#include "storage/aside.h"

namespace cep::output {
namespace {

constexpr const char* kSound = "the output log is sound\n";

class Repairer {
 public:
  Repairer(base::Env* env, const std::string& dir, std::string* report) : env_(env), dir_(dir), report_(report), aside_(env, dir) {}

  Status open() {
    auto files = list_log(env_, dir_);
    if (!files.ok()) return files.status();
    files_ = std::move(files.value());
    return {};
  }

  // The state, mended if need be: its seed from any segment, each channel from its first segment on, nothing known to be durable.
  Status mend_state() {
    if (files_.state_problem.empty()) return {};
    if (files_.state_whole) return Status::error(dir_ + "/" + std::string(kStateName) + ": " + files_.state_problem);
    if (files_.has_state) {
      if (Status aside = aside_.make(); !aside.ok()) return aside;
      if (Status moved = aside_.move(std::string(kStateName)); !moved.ok()) return moved;
    }
    files_.state = LogState();
    if (!find_seed()) files_.state.seed = env_->random();
    for (size_t c = 0; c < kNumbered; ++c) {
      if (!files_.segments[c].empty()) files_.state.channels[c].oldest = files_.segments[c].front();
    }
    *report_ += dir_ + "/" + std::string(kStateName) + ": " + files_.state_problem + "; made again from the segments\n";
    return save_state(env_, dir_, files_.state);
  }

  Status mend_channel(Channel channel) {
    Result<ChannelScan> scan = scan_channel(env_, dir_, channel, files_.segments[index_of(channel)], files_.state);
    if (!scan.ok()) return scan.status();
    if (!scan.value().damage) return {};
    const Damage& damage = *scan.value().damage;
    *report_ += dir_ + "/" + damage.file + ", offset " + std::to_string(damage.offset) + ": " + damage.what + "\n";
    Split split;
    if (!scan.value().segments.empty()) split = {scan.value().segments.back().first, scan.value().segments.back().bytes};
    return cut(channel, damage.seq, scan.value().behind, split);
  }

  Status set_aside(Channel channel, uint64_t seq) {
    Result<ChannelScan> scan = scan_channel(env_, dir_, channel, files_.segments[index_of(channel)], files_.state);
    if (!scan.ok()) return scan.status();
    if (scan.value().damage) return Status::error("the channel is damaged; repair it first");
    if (seq < files_.state.channels[index_of(channel)].oldest || seq >= scan.value().next) return Status::error("there is no such record");
    std::vector<uint64_t> behind;
    Split split;
    for (const Segment& segment : scan.value().segments) {
      if (segment.first >= seq) behind.push_back(segment.first);
      if (segment.first >= seq || segment.next <= seq) continue;
      Result<uint64_t> offset = offset_of(segment, channel, seq);
      if (!offset.ok()) return offset.status();
      split = {segment.first, offset.value()};
    }
    return cut(channel, seq, behind, split);
  }

  Status set_aside_behind(Channel channel, uint64_t last_position) {
    Result<std::optional<SentRecord>> found = first_from(channel, last_position + 1);
    if (!found.ok() || !found.value()) return found.status();
    return set_aside(channel, found.value()->seq);
  }

  // The channel's first record of `position` or a later one.
  Result<std::optional<SentRecord>> first_from(Channel channel, uint64_t position) {
    Result<ChannelScan> scan = scan_channel(env_, dir_, channel, files_.segments[index_of(channel)], files_.state);
    if (!scan.ok()) return scan.status();
    for (const Segment& segment : scan.value().segments) {  // positions never fall
      Result<FrameReader> reader = frames_of(segment, channel);
      if (!reader.ok()) return reader.status();
      FrameView frame;
      for (;;) {
        Result<FrameReader::Found> next = reader.value().next(&frame);
        if (!next.ok()) return next.status();
        if (next.value() != FrameReader::Found::kFrame) break;
        if (frame.position >= position) return std::optional<SentRecord>({channel, frame.seq, frame.position});
      }
    }
    return std::optional<SentRecord>();
  }

 private:
  // The segment that is sound up to an offset; first 0: there is none.
  struct Split {
    uint64_t first = 0, offset = 0;
  };

  static size_t index_of(Channel channel) { return static_cast<size_t>(channel); }

  bool find_seed() {
    for (size_t c = 0; c < kNumbered; ++c) {
      for (uint64_t first : files_.segments[c]) {
        auto file = env_->open(path(static_cast<Channel>(c), first), base::OpenMode::kRead);
        char header[kHeaderBytes];
        if (!file.ok()) continue;
        Result<size_t> got = file.value()->read_at(0, header, sizeof header);
        if (got.ok() && header_seed(std::string_view(header, got.value()), &files_.state.seed)) return true;
      }
    }
    return false;
  }

  Result<FrameReader> frames_of(const Segment& segment, Channel channel) {
    auto file = env_->open(path(channel, segment.first), base::OpenMode::kRead);
    if (!file.ok()) return file.status();
    return FrameReader(std::move(file.value()), segment.seed, segment.first, kHeaderBytes, segment.bytes);
  }

  Result<uint64_t> offset_of(const Segment& segment, Channel channel, uint64_t seq) {
    Result<FrameReader> reader = frames_of(segment, channel);
    if (!reader.ok()) return reader.status();
    FrameView frame;
    while (reader.value().seq() < seq) {
      Result<FrameReader::Found> found = reader.value().next(&frame);
      if (!found.ok()) return found.status();
      if (found.value() != FrameReader::Found::kFrame) return Status::error(path(channel, segment.first) + ": " + reader.value().why());
    }
    return reader.value().offset();
  }

  // Moves the segments `behind` and what lies behind the split. Then nothing from `seq` on is known to be durable.
  Status cut(Channel channel, uint64_t seq, const std::vector<uint64_t>& behind, Split split) {
    uint64_t bytes = 0;
    for (auto first = behind.rbegin(); first != behind.rend(); ++first) {
      if (Status moved = move_segment(channel, *first, &bytes); !moved.ok()) return moved;
    }
    if (split.first > 0) {
      if (Status moved = move_rest(channel, split.first, split.offset, &bytes); !moved.ok()) return moved;
    }
    LogState::Of& of = files_.state.channels[index_of(channel)];
    of.synced = std::min(of.synced, seq - 1);
    if (Status saved = save_state(env_, dir_, files_.state); !saved.ok()) return saved;
    const std::string where = aside_.path().empty() ? "" : ": " + std::to_string(bytes) + " bytes are in " + aside_.path();
    *report_ += std::string(channel_name(channel)) + " ends before " + std::to_string(seq) + " now" + where + "; the next start makes the rest again from the journal\n";
    return {};
  }

  Status move_segment(Channel channel, uint64_t first, uint64_t* bytes) {
    if (Status aside = aside_.make(); !aside.ok()) return aside;
    {
      auto file = env_->open(path(channel, first), base::OpenMode::kRead);
      if (!file.ok()) return file.status();
      Result<uint64_t> size = file.value()->size();
      if (!size.ok()) return size.status();
      *bytes += size.value();
    }
    return aside_.move(segment_name(channel, first));
  }

  Status move_rest(Channel channel, uint64_t first, uint64_t offset, uint64_t* bytes) {
    auto from = env_->open(path(channel, first), base::OpenMode::kWrite);
    if (!from.ok()) return from.status();
    Result<uint64_t> size = from.value()->size();
    if (!size.ok()) return size.status();
    if (size.value() <= offset) return {};
    if (Status aside = aside_.make(); !aside.ok()) return aside;
    const std::string name = segment_name(channel, first) + ".from-" + std::to_string(offset);
    if (Status copied = aside_.copy(from.value().get(), offset, size.value(), name); !copied.ok()) return copied;
    *bytes += size.value() - offset;
    if (Status shorter = from.value()->truncate(offset); !shorter.ok()) return shorter;
    return from.value()->sync();
  }

  std::string path(Channel channel, uint64_t first) const { return dir_ + "/" + segment_name(channel, first); }

  base::Env* env_;
  const std::string dir_;
  std::string* report_;
  LogFiles files_;
  storage::Aside aside_;
};

}  // namespace

Status repair_output(base::Env* env, const std::string& dir, std::string* report) {
  report->clear();
  Repairer repairer(env, dir, report);
  if (Status opened = repairer.open(); !opened.ok()) return opened;
  if (Status mended = repairer.mend_state(); !mended.ok()) return mended;
  for (int c = 0; c < kNumbered; ++c) {
    if (Status mended = repairer.mend_channel(static_cast<Channel>(c)); !mended.ok()) return mended;
  }
  if (report->empty()) *report = kSound;
  return {};
}

namespace {

Result<std::string> look_for_damage(base::Env* env, const std::string& dir) {
  Result<LogFiles> files = list_log(env, dir);
  if (!files.ok()) return files.status();
  if (!files.value().state_problem.empty()) return state_refusal(dir, files.value().state_problem);
  for (size_t c = 0; c < kNumbered; ++c) {
    const auto channel = static_cast<Channel>(c);
    Result<ChannelScan> scan = scan_channel(env, dir, channel, files.value().segments[c], files.value().state);
    if (!scan.ok()) return scan.status();
    if (scan.value().rot(files.value().state.channels[c].synced)) return rot_refusal(dir, channel, *scan.value().damage);
  }
  return std::string();
}

}  // namespace

// Beside a daemon that rolls, deletes and syncs while the files are read, only what is found twice in one place is there.
Result<std::string> damage_of_output(base::Env* env, const std::string& dir) {
  constexpr int kLooksMost = 5;
  Result<std::string> before = look_for_damage(env, dir);
  for (int look = 1; look < kLooksMost; ++look) {
    if (before.ok() && before.value().empty()) return before;
    Result<std::string> again = look_for_damage(env, dir);
    const bool twice = again.ok() ? before.ok() && before.value() == again.value() : !before.ok() && before.status().message() == again.status().message();
    if (twice) return again;
    before = std::move(again);
  }
  return before;
}

Status set_aside_output(base::Env* env, const std::string& dir, Channel channel, uint64_t seq, std::string* report) {
  report->clear();
  Repairer repairer(env, dir, report);
  if (Status opened = repairer.open(); !opened.ok()) return opened;
  if (Status mended = repairer.mend_state(); !mended.ok()) return mended;
  return repairer.set_aside(channel, seq);
}

Status set_aside_output_behind(base::Env* env, const std::string& dir, uint64_t last_position, std::string* report) {
  Repairer repairer(env, dir, report);
  if (Status opened = repairer.open(); !opened.ok()) return opened;
  for (int c = 0; c < kNumbered; ++c) {
    if (Status done = repairer.set_aside_behind(static_cast<Channel>(c), last_position); !done.ok()) return done;
  }
  return {};
}

Result<std::optional<SentRecord>> first_sent_from(base::Env* env, const std::string& dir, uint64_t position) {
  std::string none;
  Repairer reader(env, dir, &none);
  if (Status opened = reader.open(); !opened.ok()) return opened;
  for (int c = 0; c < kNumbered; ++c) {
    Result<std::optional<SentRecord>> found = reader.first_from(static_cast<Channel>(c), position);
    if (!found.ok() || found.value()) return found;
  }
  return std::optional<SentRecord>();
}

}  // namespace cep::output

#include "output/scan.h"

#include <algorithm>

#include "output/frame_reader.h"

namespace cep::output {
namespace {

class ChannelScanner {
 public:
  ChannelScanner(base::Env* env, const std::string& dir, Channel channel, const LogState& state)
      : env_(env), dir_(dir), channel_(channel), log_seed_(state.seed), of_(state.channels[static_cast<size_t>(channel)]) {}

  Result<ChannelScan> run(const std::vector<uint64_t>& firsts) {
    size_t at = 0;
    while (at + 1 < firsts.size() && firsts[at + 1] <= of_.oldest) scan_.stale.push_back(firsts[at++]);
    scan_.next = at < firsts.size() ? std::min(firsts[at], of_.oldest) : of_.oldest;
    for (; at < firsts.size() && !scan_.damage; ++at) {
      if (Status read = read_segment(firsts[at]); !read.ok()) return read;
      drop_if_stale();
    }
    for (; at < firsts.size(); ++at) {
      if (Status counted = count_behind(firsts[at]); !counted.ok()) return counted;
    }
    if (!scan_.damage && scan_.next <= of_.synced) end_too_early();
    return std::move(scan_);
  }

 private:
  std::string name_of(uint64_t first) const { return segment_name(channel_, first); }

  Result<std::unique_ptr<base::File>> open(uint64_t first) { return env_->open(dir_ + "/" + name_of(first), base::OpenMode::kRead); }

  Status read_segment(uint64_t first) {
    auto file = open(first);
    if (!file.ok()) return file.status();
    Result<uint64_t> size = file.value()->size();
    if (!size.ok()) return size.status();
    char header[kHeaderBytes];
    Result<size_t> got = file.value()->read_at(0, header, sizeof header);
    if (!got.ok()) return got.status();
    if (first != scan_.next) {
      return damaged(first, 0, size.value(), "it begins with record " + std::to_string(first) + "; what lies before it from " + std::to_string(scan_.next) + " on is missing", true);
    }
    std::string wrong = header_problem(std::string_view(header, got.value()), channel_, first, log_seed_);
    if (!wrong.empty()) return damaged(first, 0, size.value(), wrong, true);
    return read_frames(std::move(file.value()), first, size.value());
  }

  Status read_frames(std::unique_ptr<base::File> file, uint64_t first, uint64_t size) {
    Segment segment;
    segment.first = first;
    segment.seed = frame_seed(channel_, first, log_seed_);
    segment.text_before = scan_.text;
    FrameReader reader(std::move(file), segment.seed, first, kHeaderBytes, size);
    FrameReader::Found found = FrameReader::Found::kFrame;
    for (uint64_t offset = kHeaderBytes; found == FrameReader::Found::kFrame; offset = reader.offset()) {
      FrameView frame;
      Result<FrameReader::Found> next = reader.next(&frame);
      if (!next.ok()) return next.status();
      found = next.value();
      if (found != FrameReader::Found::kFrame) continue;
      add_to_index(frame.seq, offset, scan_.text, &segment.index);
      scan_.text += frame.text.size();
    }
    segment.next = scan_.next = reader.seq();
    segment.bytes = reader.offset();
    scan_.segments.push_back(std::move(segment));
    if (found == FrameReader::Found::kBad) return damaged(first, reader.offset(), size - reader.offset(), reader.why(), false);
    return {};
  }

  // Only its end says that the whole of a segment was retained away, if the one that came behind it is not there.
  void drop_if_stale() {
    if (scan_.damage || scan_.next > of_.oldest || scan_.segments.back().first == of_.oldest) return;
    scan_.stale.push_back(scan_.segments.front().first);
    scan_.segments.clear();
    scan_.next = of_.oldest;
  }

  Status damaged(uint64_t first, uint64_t offset, uint64_t bytes, std::string what, bool whole_segment) {
    scan_.damage = Damage{scan_.next, name_of(first), offset, std::move(what), bytes};
    if (whole_segment) scan_.behind.push_back(first);
    return {};
  }

  Status count_behind(uint64_t first) {
    auto file = open(first);
    if (!file.ok()) return file.status();
    Result<uint64_t> size = file.value()->size();
    if (!size.ok()) return size.status();
    scan_.damage->bytes += size.value();
    scan_.behind.push_back(first);
    return {};
  }

  void end_too_early() {
    const std::string what = "the channel ends before record " + std::to_string(scan_.next) + ", but was durable up to " + std::to_string(of_.synced);
    if (scan_.segments.empty()) {
      scan_.damage = Damage{scan_.next, name_of(scan_.next), 0, "it is missing: " + what, 0};
    } else {
      scan_.damage = Damage{scan_.next, name_of(scan_.segments.back().first), scan_.segments.back().bytes, what, 0};
    }
  }

  base::Env* env_;
  const std::string& dir_;
  const Channel channel_;
  const uint64_t log_seed_;
  const LogState::Of of_;
  ChannelScan scan_;
};

}  // namespace

void add_to_index(uint64_t seq, uint64_t offset, uint64_t text_before, std::vector<Mark>* index) {
  if (index->empty() || offset - index->back().offset >= kIndexBytes) index->push_back(Mark{seq, offset, text_before});
}

std::array<std::vector<uint64_t>, kNumbered> segments_in(const std::vector<std::string>& names) {
  std::array<std::vector<uint64_t>, kNumbered> out;
  for (const std::string& name : names) {
    Channel channel;
    uint64_t first = 0;
    if (parse_segment_name(name, &channel, &first)) out[static_cast<size_t>(channel)].push_back(first);
  }
  for (auto& firsts : out) std::sort(firsts.begin(), firsts.end());
  return out;
}

Result<ChannelScan> scan_channel(base::Env* env, const std::string& dir, Channel channel, const std::vector<uint64_t>& firsts, const LogState& state) {
  return ChannelScanner(env, dir, channel, state).run(firsts);
}

}  // namespace cep::output

#include "output/log_comparison.h"

#include <algorithm>
#include <numeric>

#include "output/opening.h"

namespace cep::output {

Result<std::unique_ptr<LogComparison>> LogComparison::open(base::Env* env, const std::string& dir, uint64_t accepted, const uint64_t (&next)[kChannels]) {
  std::unique_ptr<LogComparison> out(new LogComparison(env, dir));
  Result<LogFiles> files = list_log(env, dir);
  if (!files.ok()) return files.status();
  if (!files.value().state_problem.empty()) return Status::error(state_refusal(dir, files.value().state_problem));
  for (size_t c = 0; c < kNumbered; ++c) {
    const auto channel = static_cast<Channel>(c);
    Result<ChannelScan> scan = scan_channel(env, dir, channel, files.value().segments[c], files.value().state);
    if (!scan.ok()) return scan.status();
    if (scan.value().rot(files.value().state.channels[c].synced)) return Status::error(rot_refusal(dir, channel, *scan.value().damage));
    Of& of = out->of_[c];
    of.segments = std::move(scan.value().segments);
    out->next_[c] = scan.value().next;
    of.oldest = of.segments.empty() ? scan.value().next : of.segments.front().first;
    of.due = accepted > 0 ? next[c] : 1;
  }
  out->accepted_ = accepted;
  if (Status found = out->find_last(); !found.ok()) return found;
  return out;
}

// Positions never fall within a channel: the last frame of each has its greatest.
Status LogComparison::find_last() {
  for (size_t c = 0; c < kNumbered; ++c) {
    if (of_[c].segments.empty() || next_[c] == of_[c].oldest) continue;
    const Segment* last = &of_[c].segments.back();
    if (last->next == last->first && of_[c].segments.size() > 1) last = &of_[c].segments[of_[c].segments.size() - 2];
    auto file = env_->open(dir_ + "/" + segment_name(static_cast<Channel>(c), last->first), base::OpenMode::kRead);
    if (!file.ok()) return file.status();
    const Mark from = last->index.empty() ? Mark{last->first, kHeaderBytes, 0} : last->index.back();
    FrameReader reader(std::move(file.value()), last->seed, from.seq, from.offset, last->bytes);
    FrameView frame;
    for (;;) {
      Result<FrameReader::Found> found = reader.next(&frame);
      if (!found.ok()) return found.status();
      if (found.value() != FrameReader::Found::kFrame) break;
      last_position_ = std::max(last_position_, frame.position);
    }
  }
  last_position_ = std::max(last_position_, accepted_);
  return {};
}

Result<std::optional<ComparedRecord>> LogComparison::read(Channel channel, uint64_t seq) {
  Of& of = of_[static_cast<size_t>(channel)];
  if (seq >= next_[static_cast<size_t>(channel)]) return std::optional<ComparedRecord>();
  while (of.segment < of.segments.size() && of.segments[of.segment].next <= seq) {
    of.reader.reset();
    ++of.segment;
  }
  const Segment& segment = of.segments[of.segment];
  const std::string path = dir_ + "/" + segment_name(channel, segment.first);
  if (!of.reader) {
    auto file = env_->open(path, base::OpenMode::kRead);
    if (!file.ok()) return file.status();
    of.reader = std::make_unique<FrameReader>(std::move(file.value()), segment.seed, segment.first, kHeaderBytes, segment.bytes);
  }
  FrameView frame;
  do {
    Result<FrameReader::Found> found = of.reader->next(&frame);
    if (!found.ok()) return found.status();
    if (found.value() != FrameReader::Found::kFrame) return Status::error(path + ", offset " + std::to_string(of.reader->offset()) + ": " + of.reader->why());
  } while (frame.seq < seq);
  return std::optional<ComparedRecord>({frame.position, std::string(frame.name), std::string(frame.line)});
}

void LogComparison::differ(Channel channel, uint64_t seq, std::optional<ComparedRecord> recorded, std::optional<ComparedRecord> made) {
  Of& of = of_[static_cast<size_t>(channel)];
  ++of.differences;
  if (of.shown++ < kShown) differences_.push_back({channel, seq, std::move(recorded), std::move(made)});
}

Status LogComparison::take(const Record& record) {
  if (record.channel == Channel::kStreams || record.position <= accepted_ || record.position > last_position_) return {};
  Of& of = of_[static_cast<size_t>(record.channel)];
  const uint64_t seq = of.due++;
  if (seq < of.oldest) return {};   // retained away
  Result<std::optional<ComparedRecord>> recorded = read(record.channel, seq);
  if (!recorded.ok()) return recorded.status();
  ComparedRecord made{record.position, std::string(record.name), std::string(record.line)};
  const std::optional<ComparedRecord>& other = recorded.value();
  if (other && other->position == made.position && other->name == made.name && other->line == made.line) return {};
  differ(record.channel, seq, std::move(recorded.value()), std::move(made));
  return {};
}

Status LogComparison::finish() {
  for (size_t c = 0; c < kNumbered; ++c) {
    const auto channel = static_cast<Channel>(c);
    Of& of = of_[c];
    of.due = std::max(of.due, of.oldest);
    for (; of.due < next_[c]; ++of.due) {
      Result<std::optional<ComparedRecord>> recorded = read(channel, of.due);
      if (!recorded.ok()) return recorded.status();
      differ(channel, of.due, std::move(recorded.value()), std::nullopt);
    }
  }
  std::stable_sort(differences_.begin(), differences_.end(), [](const Difference& a, const Difference& b) { return a.channel < b.channel; });
  return {};
}

uint64_t LogComparison::count() const {
  return std::accumulate(of_.begin(), of_.end(), uint64_t{0}, [](uint64_t sum, const Of& of) { return sum + of.differences; });
}

}  // namespace cep::output

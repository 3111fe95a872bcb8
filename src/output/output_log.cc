#include "output/output_log.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/check.h"
#include "base/fault.h"
#include "output/channel_log.h"
#include "output/opening.h"

namespace cep::output {
namespace {

constexpr uint64_t kSaveMs = 60'000;  // so much running time at most is not counted after a crash

size_t index_of(Channel channel) { return static_cast<size_t>(channel); }

class DiskLog final : public OutputLog {
 public:
  DiskLog(base::Env* env, std::string dir, const OutputLogOptions& options) : env_(env), dir_(std::move(dir)), options_(options) {}

  Status open() {
    if (Status made = env_->make_dir(dir_); !made.ok()) return made;
    // A process that was killed may have put log.state in place without making its name durable; what follows builds on it.
    if (Status synced = env_->sync_dir(dir_); !synced.ok()) return synced;
    auto files = list_log(env_, dir_);
    if (!files.ok()) return files.status();
    if (!files.value().state_problem.empty()) {
      return Status::error(state_refusal(dir_, files.value().state_problem));
    }
    state_ = files.value().state;
    started_us_ = env_->steady_us();
    ran_before_ms_ = state_.ran_ms;
    if (!files.value().has_state) {
      state_.seed = env_->random();
      if (Status saved = save_state(env_, dir_, state_); !saved.ok()) return saved;
    }
    for (size_t c = 0; c < kNumbered; ++c) {
      if (Status opened = open_channel(static_cast<Channel>(c), files.value().segments[c]); !opened.ok()) return opened;
    }
    channels_[index_of(Channel::kStreams)] = std::make_unique<ChannelLog>(Channel::kStreams, options_.live_bytes);
    return {};
  }

  Status append(const Record& record) override {
    if (!broken_.ok()) return broken_;
    return broken_ = of(record.channel).append(record);
  }

  Status accept(uint64_t position, const uint64_t (&next)[kChannels]) override {
    for (size_t c = 0; c < kNumbered; ++c) {
      if (Status accepted = channels_[c]->accept(position, next[c]); !accepted.ok()) return accepted;
    }
    return {};
  }

  Status publish() override {
    for (auto& channel : channels_) {
      if (broken_.ok()) broken_ = channel->publish();
    }
    return broken_;
  }

  Status end_of_replay() override;

  uint64_t still_to_compare() const override {
    uint64_t left = 0;
    for (const auto& channel : channels_) left += channel->still_to_compare();
    return left;
  }

  Status sync() override {
    std::lock_guard lock(upkeep_);
    if (upkeep_broken_.ok()) upkeep_broken_ = sync_all();
    return upkeep_broken_;
  }

  Status retain() override {
    std::lock_guard lock(upkeep_);
    if (upkeep_broken_.ok() && still_to_compare() == 0) upkeep_broken_ = retain_all();
    return upkeep_broken_;
  }

  const std::vector<std::string>& cuts() const override { return cuts_; }
  ChannelPlace place(Channel channel) const override { return of(channel).place(); }
  uint64_t bytes_from(Channel channel, uint64_t seq) const override { return of(channel).bytes_from(seq); }
  Result<Reading> copy(Channel channel, uint64_t seq, size_t max_bytes, const std::function<bool(std::string_view)>& wants, std::string* out) const override {
    return of(channel).copy(seq, max_bytes, wants, out);
  }

 private:
  struct Old {
    size_t channel = 0;
    ChannelLog::OldSegment segment;
    uint64_t written_ms = 0;  // by the clock of ran_ms()
  };

  ChannelLog& of(Channel channel) const { return *channels_[index_of(channel)]; }

  Status open_channel(Channel channel, const std::vector<uint64_t>& firsts) {
    Result<ChannelScan> scanned = scan_channel(env_, dir_, channel, firsts, state_);
    if (!scanned.ok()) return scanned.status();
    ChannelScan& scan = scanned.value();
    const uint64_t synced = state_.channels[index_of(channel)].synced;
    if (scan.rot(synced)) return Status::error(rot_refusal(dir_, channel, *scan.damage));
    if (Status cut = cut_damage(env_, dir_, channel, scan, &cuts_); !cut.ok()) return cut;
    auto& made = channels_[index_of(channel)];
    made = std::make_unique<ChannelLog>(env_, dir_, channel, options_, state_.seed, std::move(scan));
    return made->open(synced);
  }

  // How long daemons have run on this log. REQUIRES upkeep_, as what follows.
  uint64_t ran_ms(uint64_t steady_us) const { return ran_before_ms_ + (steady_us - started_us_) / 1000; }
  uint64_t written_ms(size_t channel, const ChannelLog::OldSegment& segment) const;
  Status save(LogState state);
  Status sync_all();
  std::vector<Old> old_segments() const;
  // Settles up to which seq each channel is retained away; false: nothing is.
  bool choose(const std::vector<Old>& old, std::array<uint64_t, kNumbered>* oldest, std::vector<std::string>* doomed);
  Status retain_all();

  base::Env* env_;
  const std::string dir_;
  const OutputLogOptions options_;
  std::array<std::unique_ptr<ChannelLog>, kChannels> channels_;
  std::vector<std::string> cuts_;
  Status broken_;             // the appender's

  uint64_t started_us_ = 0, ran_before_ms_ = 0;  // steady clock at open(), and how long daemons had run by then

  std::mutex upkeep_;         // of what follows
  LogState state_;
  Status upkeep_broken_;
};

Status DiskLog::end_of_replay() {
  for (size_t c = 0; c < kNumbered; ++c) {
    const ChannelLog& channel = *channels_[c];
    if (channel.still_to_compare() == 0) continue;
    const std::string name(channel_name(static_cast<Channel>(c)));
    const uint64_t last = channel.recorded_next() - 1;
    broken_ = Status::error("the output log has more than the journal makes: " + name + "/" + std::to_string(last) + " is recorded, " + name + "/" +
                            std::to_string(last - channel.still_to_compare()) + " is the last that is made again; the journal has lost its end, or journal and " + dir_ +
                            " do not belong together; if the journal is right, move " + dir_ + " away: it is made again");
    return broken_;
  }
  return {};
}

uint64_t DiskLog::written_ms(size_t channel, const ChannelLog::OldSegment& segment) const {
  if (segment.written_us != 0) return ran_ms(segment.written_us) + 1;   // part of a millisecond counts for the record
  const auto found = state_.written.find({static_cast<int>(channel), segment.first});
  return found == state_.written.end() ? ran_before_ms_ : std::min(found->second, ran_before_ms_);
}

// With the ages of what there is.
Status DiskLog::save(LogState state) {
  state.ran_ms = ran_ms(env_->steady_us());
  std::map<std::pair<int, uint64_t>, uint64_t> written;
  for (size_t c = 0; c < kNumbered; ++c)
    for (const auto& segment : channels_[c]->all_segments()) written[{static_cast<int>(c), segment.first}] = written_ms(c, segment);
  state.written = std::move(written);
  if (Status saved = save_state(env_, dir_, state); !saved.ok()) return saved;
  state_ = std::move(state);
  return {};
}

Status DiskLog::sync_all() {
  LogState state = state_;
  bool news = false;
  for (size_t c = 0; c < kNumbered; ++c) {
    ChannelLog::Unsynced work = channels_[c]->unsynced();
    for (const auto& file : work.files) {
      base::kill_point("output-sync");
      if (Status synced = file->sync(); !synced.ok()) return synced;
    }
    if (work.upto == 0) continue;
    state.channels[c].synced = work.upto;
    news = true;
  }
  if (!news) return {};
  if (Status synced = env_->sync_dir(dir_); !synced.ok()) return synced;
  base::kill_point("output-synced");
  if (Status saved = save(std::move(state)); !saved.ok()) return saved;
  for (size_t c = 0; c < kNumbered; ++c) channels_[c]->set_synced(state_.channels[c].synced);
  return {};
}

std::vector<DiskLog::Old> DiskLog::old_segments() const {
  std::vector<Old> old;
  for (size_t c = 0; c < kNumbered; ++c) {
    uint64_t newest_ms = 0;  // a channel loses its segments in their order
    for (auto& segment : channels_[c]->old_segments()) {
      newest_ms = std::max(newest_ms, written_ms(c, segment));
      old.push_back(Old{c, std::move(segment), newest_ms});
    }
  }
  std::stable_sort(old.begin(), old.end(), [](const Old& a, const Old& b) { return a.written_ms < b.written_ms; });
  return old;
}

bool DiskLog::choose(const std::vector<Old>& old, std::array<uint64_t, kNumbered>* oldest, std::vector<std::string>* doomed) {
  uint64_t bytes = 0;
  for (size_t c = 0; c < kNumbered; ++c) bytes += channels_[c]->place().bytes;
  const uint64_t now_ms = ran_ms(env_->steady_us());
  for (const Old& each : old) {
    const bool aged = now_ms > each.written_ms && now_ms - each.written_ms > static_cast<uint64_t>(options_.retain_age_ms);
    if (!aged && (each.segment.newest || bytes <= options_.retain_bytes)) continue;
    if (each.segment.newest && !channels_[each.channel]->forget_all(each.segment.next)) continue;
    (*oldest)[each.channel] = each.segment.next;
    doomed->push_back(each.segment.path);
    bytes -= each.segment.bytes;
  }
  return !doomed->empty();
}

Status DiskLog::retain_all() {
  std::array<uint64_t, kNumbered> oldest{};
  std::vector<std::string> doomed;
  if (!choose(old_segments(), &oldest, &doomed)) {
    const bool due = ran_ms(env_->steady_us()) - state_.ran_ms >= kSaveMs;
    return due ? save(state_) : Status();
  }
  LogState state = state_;
  for (size_t c = 0; c < kNumbered; ++c) {
    if (oldest[c] == 0) continue;
    channels_[c]->forget_before(oldest[c]);
    state.channels[c].oldest = oldest[c];
  }
  base::kill_point("output-retain");
  if (Status saved = save(std::move(state)); !saved.ok()) return saved;
  for (const std::string& path : doomed) {
    base::kill_point("output-remove");
    if (Status removed = env_->remove(path); !removed.ok()) return removed;
    base::kill_point("output-removed");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<OutputLog>> OutputLog::open(base::Env* env, const std::string& dir, const OutputLogOptions& options) {
  auto log = std::make_unique<DiskLog>(env, dir, options);
  if (Status opened = log->open(); !opened.ok()) return opened;
  return std::unique_ptr<OutputLog>(std::move(log));
}

}  // namespace cep::output

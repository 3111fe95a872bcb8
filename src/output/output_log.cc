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
    int64_t modified_ms = -1;
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
  if (Status saved = save_state(env_, dir_, state); !saved.ok()) return saved;
  state_ = state;
  for (size_t c = 0; c < kNumbered; ++c) channels_[c]->set_synced(state.channels[c].synced);
  return {};
}

std::vector<DiskLog::Old> DiskLog::old_segments() const {
  std::vector<Old> old;
  for (size_t c = 0; c < kNumbered; ++c) {
    int64_t newest_ms = -1;  // a channel loses its segments in their order, whatever clocks have said
    for (auto& segment : channels_[c]->old_segments()) {
      newest_ms = std::max(newest_ms, env_->modified_ms(segment.path));
      old.push_back(Old{c, std::move(segment), newest_ms});
    }
  }
  std::stable_sort(old.begin(), old.end(), [](const Old& a, const Old& b) { return a.modified_ms < b.modified_ms; });
  return old;
}

bool DiskLog::choose(const std::vector<Old>& old, std::array<uint64_t, kNumbered>* oldest, std::vector<std::string>* doomed) {
  uint64_t bytes = 0;
  for (size_t c = 0; c < kNumbered; ++c) bytes += channels_[c]->place().bytes;
  const int64_t now_ms = env_->wall_ms();
  for (const Old& each : old) {
    const bool aged = each.modified_ms >= 0 && now_ms - each.modified_ms > options_.retain_age_ms;
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
  if (!choose(old_segments(), &oldest, &doomed)) return {};
  for (size_t c = 0; c < kNumbered; ++c) {
    if (oldest[c] == 0) continue;
    channels_[c]->forget_before(oldest[c]);
    state_.channels[c].oldest = oldest[c];
  }
  base::kill_point("output-retain");
  if (Status saved = save_state(env_, dir_, state_); !saved.ok()) return saved;
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

// What the threads do about memory: the watch while lines are taken and while it recovers, and the note for the start after this one.
#include <algorithm>

#include "base/log.h"
#include "base/memory.h"
#include "engine/durable_threads.h"

namespace cep::engine {

namespace {

constexpr uint64_t kMemoryUs = 5'000;   // a machine fills some MB meanwhile
constexpr uint64_t kTrimUs = 500'000;

}  // namespace

void DurableThreads::look_at_memory() {
  const uint64_t now = options_.env->steady_us();
  if (now - last_memory_us_ < kMemoryUs) return;
  last_memory_us_ = now;
  if (memory_.full() && now - last_trim_us_ >= kTrimUs) {   // what is free is given back, so that it does not count for long
    last_trim_us_ = now;
    {
      std::lock_guard lock(outputs_mutex_);
      trim_asked_ = true;
    }
    outputs_changed_.notify_one();
  }
  const bool before = shut();
  if (closing_ && !past_memory_.exchange(true)) return opened_or_shut(before);
  memory_.look(base::memory_use());
  if (memory_.full() == memory_told_) return;   // it may have been met in the recovery
  memory_told_ = memory_.full();
  if (memory_told_) {
    base::LogLine(base::LogLevel::kWarn, "limits.memory is met: nothing is read from producers until there is less").add("memory", memory_text());
  } else {
    base::LogLine(base::LogLevel::kInfo, "there is memory again: producers are read").add("used", memory_.text());
  }
  opened_or_shut(before);
}

// Who holds the most; empty: nobody holds any.
std::string DurableThreads::most_of(const std::vector<StateSize>& sizes) {
  const auto most = std::max_element(sizes.begin(), sizes.end(), [](const StateSize& a, const StateSize& b) { return a.bytes < b.bytes; });
  if (most == sizes.end() || most->bytes == 0) return {};
  return std::string(most->kind) + " `" + most->name + "`, " + mebibytes(most->bytes);
}

// Of the state as it was published last.
std::string DurableThreads::most_state() const {
  std::lock_guard lock(status_mutex_);
  return lists_->most;
}

std::string DurableThreads::memory_text() const {
  const std::string most = most_state();
  return memory_.text() + (most.empty() ? "" : "; most of the state is that of " + most);
}

// Kept up to date for the start that comes after this one, should it end without a word.
void DurableThreads::note_start() {
  const uint64_t at = options_.env->steady_us();
  const bool close = phase_ == Phase::kRecovering || memory_.used() > memory_.bound() / 4;
  if (!starts_decided_ || held_by_starts_ || at - last_note_us_ < (close ? kNoteUs : kHouseUs)) return;
  last_note_us_ = at;
  const MemoryWatch::Reading memory = memory_.read(base::memory_use());
  StartNote note;
  note.phase = phase_ == Phase::kRecovering ? StartNote::Phase::kRecovering : StartNote::Phase::kServing;
  note.position = stages_->feed->worked(stages_->keeper->worked()) + 1;
  note.used = memory.used;
  note.bound = memory.bound;
  note.addresses = memory.addresses;
  note.most = most_state();
  starts_.update(note);
}

// Whether the starts before this one have died of their memory while they recovered: then this one works nothing.
bool DurableThreads::hold_for_starts() {
  memory_.look(base::memory_use());
  StartNote note;
  const MemoryWatch::Reading memory = memory_.read(base::memory_use());
  if (!must_hold(starts_.before(), memory.bound, memory.addresses, &note)) return false;
  note.position = std::max<uint64_t>(note.position, 1);
  held_by_starts_ = true;
  starts_.update(note);
  const std::string most = note.most.empty() ? "" : "; most of the state was that of " + note.most;
  std::lock_guard lock(status_mutex_);
  status_.held_position = note.position;
  status_.why = "the last two starts ended there without a word, with " + mebibytes(note.used) + " of " + mebibytes(note.bound) + " of memory in use" +
                (note.refused ? " and an allocation refused" : "") + most +
                ". Lines are taken into the journal, none is processed; to go on, stop the daemon, give it more memory (limits.memory, and what the machine or its control group lets it "
                "have), and start it again. If something else has killed it, remove " + stages_->dir.starts() + " before";
  return true;
}

// While it recovers: whether the state alone is more than there is memory for. What is under way is worked off first, since only then the answer is one of the state.
bool DurableThreads::memory_is_short() {
  const uint64_t now = options_.env->steady_us();
  if (now - last_memory_us_ < kMemoryUs) return false;
  last_memory_us_ = now;
  memory_.look(base::memory_use());
  if (!memory_.full() || (!memory_.hopeless() && now - last_trim_us_ < kTrimUs)) return false;
  last_trim_us_ = now;
  if (stages_->feed->engine()) stages_->feed->engine()->flush();
  base::give_back_memory();
  memory_.look(base::memory_use());
  publish_status(true);
  if (!memory_.full()) recovery_memory_told_ = false;
  if (memory_.full() && !recovery_memory_told_) {
    recovery_memory_told_ = true;
    base::LogLine(base::LogLevel::kWarn, "limits.memory is met while it recovers: it goes on as long as a fifth more is enough").add("memory", memory_text());
  }
  return memory_.hopeless();
}

// The state is given up: it is no use without its end, and lines are still to be taken.
void DurableThreads::hold_for_memory(uint64_t position) {
  const std::string memory = memory_text();
  stages_->feed->end();
  base::give_back_memory();
  memory_.look(base::memory_use());
  std::lock_guard lock(status_mutex_);
  status_.held_position = position;
  status_.why = "the state that the journal makes up to there is more than there is memory for (" + memory +
                "). Lines are taken into the journal, none is processed; to go on, stop the daemon, give it more memory (limits.memory, and what the machine or its control group lets it "
                "have), and start it again";
}

}  // namespace cep::engine

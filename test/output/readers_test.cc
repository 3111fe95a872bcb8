// Many threads on one log: readers at any place while one thread appends, one syncs and retains, against a plain vector. Under TSan it looks for races.
#include <atomic>
#include <mutex>
#include <thread>

#include "base/temp_dir.h"
#include "output/kit.h"
#include "sim/rng.h"

using namespace output_test;

namespace {

// The slow, obvious one: all that was published, by seq.
class Plain {
 public:
  void publish(std::vector<std::string>* lines) {
    std::lock_guard lock(mutex_);
    for (std::string& line : *lines) lines_.push_back(std::move(line));
    lines->clear();
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return lines_.size();
  }
  std::string text(uint64_t first, uint64_t next) const {
    std::lock_guard lock(mutex_);
    std::string out;
    for (uint64_t seq = first; seq < next; ++seq) out += lines_.at(seq - 1);
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

struct Shared {
  Plain plain;
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> reads{0}, gone{0};
  // What went wrong first.
  void say(const std::string& what) {
    std::lock_guard lock(mutex);
    if (wrong.empty()) wrong = what;
  }
  std::mutex mutex;
  std::string wrong;
};

// Reads from random places, some distance each, and compares.
void read_some(const OutputLog& log, Shared* shared, uint64_t seed) {
  sim::Rng rng(seed);
  while (!shared->stop) {
    const auto place = log.place(Channel::kAlerts);
    uint64_t seq = place.oldest + rng.below(place.next - place.oldest + 1);
    if (rng.chance(0.1)) seq = 1 + rng.below(place.next);
    if (log.bytes_from(Channel::kAlerts, seq) > 10'000'000) shared->say("bytes_from");
    for (int steps = 0; steps < 5; ++steps) {
      std::string out;
      auto got = log.copy(Channel::kAlerts, seq, 1 + rng.below(20'000), all, &out);
      if (!got.ok()) {
        shared->say(got.status().message());
        break;
      }
      if (got.value().gone) {
        ++shared->gone;
        if (seq >= log.place(Channel::kAlerts).oldest) shared->say("gone, but kept");
        break;
      }
      ++shared->reads;
      // What the log shows is a moment ahead of the vector's: publish() comes first.
      while (shared->plain.size() + 1 < got.value().next) std::this_thread::yield();
      if (out != shared->plain.text(seq, got.value().next)) shared->say("other bytes from " + std::to_string(seq));
      seq = got.value().next;
    }
  }
}

void upkeep(OutputLog* log, Shared* shared) {
  while (!shared->stop) {
    if (!log->sync().ok() || !log->retain().ok()) shared->say("upkeep");
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("readers at any place while records are appended, synced and retained away") {
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", 0);
  base_test::TempDir dir;
  OutputLogOptions options;
  options.segment_bytes = 60'000;
  options.ring_bytes = 30'000;
  options.retain_bytes = 400'000;
  Shared shared;
  uint64_t next = 1;
  for (uint64_t life = 1; life <= 3; ++life) {
    options.retain_age_ms = life == 2 ? 4 : OutputLogOptions().retain_age_ms;   // the newest segment goes too, and new ones are begun at nearly each batch
    auto log = opened(cep::base::posix_env(), dir.file("output"), options);
    append(log.get(), Channel::kAlerts, 1, next);
    check_ok(log->end_of_replay());
    std::vector<std::thread> threads;
    shared.stop = false;
    for (uint64_t reader = 0; reader < 3; ++reader) threads.emplace_back([&, reader] { read_some(*log, &shared, life * 10 + reader); });
    threads.emplace_back([&] { upkeep(log.get(), &shared); });
    sim::Rng rng(life);
    std::vector<std::string> lines;
    for (int batch = 0; batch < 300; ++batch) {
      for (uint64_t n = rng.below(60); n > 0; --n, ++next) {
        auto one = made(Channel::kAlerts, next);
        check_ok(log->append(one->record));
        lines.push_back(one->line + "\n");
      }
      check_ok(log->publish());
      shared.plain.publish(&lines);
    }
    while (shared.reads < 1000 * life || log->place(Channel::kAlerts).oldest == 1) std::this_thread::yield();  // upkeep may have had no turn yet
    shared.stop = true;
    for (auto& thread : threads) thread.join();
    const auto place = log->place(Channel::kAlerts);
    CHECK(place.next == next);
    CHECK(place.oldest > 1);
    CHECK((read_all(*log, Channel::kAlerts, place.oldest, 50'000) == shared.plain.text(place.oldest, next)));
  }
  CHECK(shared.wrong == "");
  CHECK(shared.gone > 0);
}

// What a thread sleeps on that serves many channels (an event count): whoever gives it something to do rings. A ring between the look and the sleep is never lost:
//
//   for (;;) { seen = bell.rings(); if (!do_something()) bell.wait(seen); }
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace cep::runtime {

class Doorbell {
 public:
  // How often it has rung. To be asked before one looks whether there is something to do.
  uint64_t rings() const { return rings_.load(); }

  // Any thread. What it wrote before is seen by the thread that wakes. Without a sleeper one atomic addition.
  void ring() {
    rings_.fetch_add(1);
    if (!asleep_.load()) return;
    std::lock_guard lock(mutex_);
    wake_.notify_one();
  }

  // Sleeps until it has rung more often than `seen`. One thread, the bell's own.
  void wait(uint64_t seen) {
    std::unique_lock lock(mutex_);
    asleep_.store(true);
    wake_.wait(lock, [&] { return rings_.load() != seen; });
    asleep_.store(false);
  }

 private:
  // Sequentially consistent: either the ringer sees the sleeper, or the sleeper sees the ring before it sleeps.
  std::atomic<uint64_t> rings_{0};
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace cep::runtime

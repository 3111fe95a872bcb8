// limits.memory: how much memory the process has against what it may have. Above it nothing is read from producers, until there is less. RLIMIT_AS is watched likewise, against 80 % of what
// it leaves beyond what the process takes without any work. No result depends on it: what is not read has not come.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "base/memory.h"

namespace cep::engine {

class MemoryWatch {
 public:
  // `soft_bytes`: limits.memory; 0: no bound. `address_bytes`: RLIMIT_AS; 0: none.
  MemoryWatch(uint64_t soft_bytes, uint64_t address_bytes) : soft_(soft_bytes), address_limit_(address_bytes) {}

  // What the process has at rest, once its threads run.
  void begin();
  struct Reading {
    uint64_t used = 0, bound = 0;   // of that bound which is nearer; 0: there is none
    bool addresses = false;         // it is that of RLIMIT_AS
  };
  // Any thread, after begin().
  Reading read(const base::MemoryUse& use) const;
  // Looks; true if full() has changed. Full from the bound on, no longer full below nine tenths of it. One thread.
  bool look(const base::MemoryUse& use);

  bool full() const { return full_.load(std::memory_order_relaxed); }
  // As of the last look, of that bound which is nearer.
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t bound() const { return bound_.load(std::memory_order_relaxed); }
  // A recovery that is so far above the bound, with nothing under way, goes no further: the kernel would end it.
  bool hopeless() const { return bound() > 0 && used() > bound() + bound() / 5; }
  // "340 MiB of limits.memory 320 MiB", "… of 80 % of RLIMIT_AS …".
  std::string text() const;

 private:
  uint64_t soft_, address_limit_;
  uint64_t at_rest_ = 0;            // addresses
  std::atomic<bool> full_{false}, addresses_{false};
  std::atomic<uint64_t> used_{0}, bound_{0};
};

// "12.3 MiB".
std::string mebibytes(uint64_t bytes);

}  // namespace cep::engine

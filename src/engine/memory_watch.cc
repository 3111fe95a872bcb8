#include "engine/memory_watch.h"

#include <cstdio>

namespace cep::engine {

std::string mebibytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

void MemoryWatch::begin() { at_rest_ = base::memory_use().addresses; }

MemoryWatch::Reading MemoryWatch::read(const base::MemoryUse& use) const {
  Reading out{use.resident, soft_, false};
  if (address_limit_ <= at_rest_) return out;
  const uint64_t taken = use.addresses > at_rest_ ? use.addresses - at_rest_ : 0, may = (address_limit_ - at_rest_) / 5 * 4;
  const bool nearer = soft_ == 0 || static_cast<double>(taken) * static_cast<double>(soft_) > static_cast<double>(out.used) * static_cast<double>(may);
  return nearer ? Reading{taken, may, true} : out;
}

bool MemoryWatch::look(const base::MemoryUse& use) {
  const Reading r = read(use);
  used_.store(r.used, std::memory_order_relaxed);
  bound_.store(r.bound, std::memory_order_relaxed);
  addresses_.store(r.addresses, std::memory_order_relaxed);
  if (r.bound == 0) return false;
  const bool before = full(), now = before ? r.used >= r.bound - r.bound / 10 : r.used >= r.bound;
  full_.store(now, std::memory_order_relaxed);
  return now != before;
}

std::string MemoryWatch::text() const {
  return mebibytes(used()) + " of " + (addresses_.load(std::memory_order_relaxed) ? "what RLIMIT_AS leaves for state, " : "limits.memory, ") + mebibytes(bound());
}

}  // namespace cep::engine

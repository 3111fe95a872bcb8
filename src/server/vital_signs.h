// How the engine is, from one look at its status to the next: how far recovery is, whether it still moves. Loop thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "engine/durable_engine.h"

namespace cep::server {

class VitalSigns {
 public:
  static constexpr int64_t kExtendMs = 30'000;  // a recovery that says nothing for so long is given up by systemd

  // One line for people.
  std::string text(const engine::DurableStatus& status) const;
  // A log line now and then.
  void log_progress(const engine::DurableStatus& status);
  void log_recovered(const engine::DurableStatus& status);
  // False if there is work and none of it was done since the call before.
  bool moves(const engine::DurableStatus& status);

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point logged_ = began_;
  uint64_t worked_ = 0, recovered_bytes_ = 0;
  engine::Phase phase_ = engine::Phase::kStopping;
};

}  // namespace cep::server

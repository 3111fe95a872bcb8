// The engine's sink: records go into the output log, and become visible only when their input is durable. Called in the sequencer's thread. After the first failure it takes nothing
// more: the process is about to end.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>

#include "cep/record.h"
#include "cep/status.h"
#include "output/output_log.h"

namespace cep::engine {

class RecordKeeper {
 public:
  // `wait_durable(p)`: returns once positions up to p are durable; false: they never will be. `fail`: called once with what went wrong. `published`: called after records have become visible.
  RecordKeeper(output::OutputLog* log, std::function<bool(uint64_t)> wait_durable, std::function<void(Status)> fail, std::function<void()> published);

  // For EngineOptions and Engine::create.
  void before_release(uint64_t position);
  void take(const Record& record);
  void after_release(uint64_t position);

  // Positions up to it have been worked and their records published.
  uint64_t worked() const { return worked_.load(std::memory_order_acquire); }
  bool failed() const { return failed_.load(std::memory_order_acquire); }

 private:
  void give_up(Status status);
  bool publish();

  output::OutputLog* log_;
  std::function<bool(uint64_t)> wait_durable_;
  std::function<void(Status)> fail_;
  std::function<void()> published_;
  static constexpr size_t kPublishBytes = 1 << 20;  // of one batch: what it makes may be much
  bool any_ = false;                       // since the last publish
  size_t taken_ = 0;                       // bytes since then
  std::atomic<uint64_t> worked_{0};
  std::atomic<bool> failed_{false};
};

}  // namespace cep::engine

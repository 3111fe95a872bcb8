// Which of the queued requests go on their way now: turns as long as there is room in the window, and beyond it lines of connections that have next to nothing on their way, so that these
// are journaled and acknowledged though others have filled it. A passive object, the journal thread's; it moves nothing but the moments at which lines are taken.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/journal_stage.h"
#include "engine/line_costs.h"
#include "engine/request_queue.h"
#include "engine/work_window.h"

namespace cep::engine {

class Admission {
 public:
  static constexpr uint64_t kTakeWork = 8'000'000;     // at once, so that a sync is never far
  static constexpr uint64_t kLightWork = 1'000'000;    // of a connection on its way: so little is let through though the window is full
  static constexpr uint64_t kLightInAll = 4'000'000;   // and of all of them, until there is room again

  // `costs` prices the queue's lines. Both must outlive it.
  Admission(RequestQueue* queue, LineCosts* costs) : queue_(queue), costs_(costs) {}

  // How far it is: `out`: positions whose records are out, of which `target_us` is how long they should take; `worked`: those that the shards are done with, for which all threads have
  // spent `spent_ns` since the beginning.
  void look(uint64_t out, uint64_t worked, uint64_t spent_ns, uint64_t target_us, uint64_t now_us);
  // Whether take() would take anything. REQUIRES that something is queued.
  bool may_take();
  // Appends what goes on its way now. What it took before has been sent.
  void take(std::vector<Request>* out);
  // All that is queued, where it stops: as much of it as one call should take.
  void take_all(std::vector<Request>* out);
  // A frame goes on its way now.
  void sent(WrittenFrame* frame, uint64_t now_us);
  const WorkWindow& window() const { return window_; }

 private:
  RequestQueue* queue_;
  LineCosts* costs_;
  WorkWindow window_;
  uint64_t light_taken_ = 0;   // since there was no room in the window
};

}  // namespace cep::engine

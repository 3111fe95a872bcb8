#include "operators/join/join_operator.h"

#include "operators/join/interval_join.h"
#include "operators/join/window_join.h"

namespace cep::operators {

std::unique_ptr<JoinOperator> make_join_operator(const plan::JoinNode& join) {
  if (join.interval) return std::make_unique<IntervalJoin>(join);
  if (join.assigner.kind == plan::WindowKind::kSession) return make_session_join(join);
  return make_aligned_join(join);
}

bool takes_join(const plan::JoinNode& join, int64_t time, int64_t watermark) {
  if (time >= watermark) return true;
  if (join.interval) return false;
  if (join.assigner.kind == plan::WindowKind::kSession)
    return add_time(time, join.assigner.size_ms) > watermark;
  const AlignedAssigner assigner(join.assigner);
  return assigner.in_window(time) && assigner.last_end(time) > watermark;
}

}  // namespace cep::operators

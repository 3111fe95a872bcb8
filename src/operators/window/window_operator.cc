#include "operators/window/window_operator.h"

#include "base/check.h"
#include "operators/window/aligned_windows.h"
#include "operators/window/count_windows.h"
#include "operators/window/session_windows.h"

namespace cep::operators {

std::unique_ptr<WindowOperator> make_window_operator(const plan::WindowNode& window) {
  switch (window.assigner.kind) {
    case plan::WindowKind::kTumbling:
    case plan::WindowKind::kSliding:
      return std::make_unique<AlignedWindows>(window);
    case plan::WindowKind::kSession:
      return make_session_windows(window);
    case plan::WindowKind::kCount:
      return make_count_windows(window);
    case plan::WindowKind::kGlobal:
      return make_global_windows(window);
    case plan::WindowKind::kRolling:
      break;
  }
  CEP_CHECK(window.assigner.kind == plan::WindowKind::kRolling);
  return make_rolling_operator(window);
}

bool takes(const plan::WindowNode& window, int64_t time, int64_t watermark) {
  if (time >= watermark) return true;
  switch (window.assigner.kind) {
    case plan::WindowKind::kTumbling:
    case plan::WindowKind::kSliding: {
      const AlignedAssigner assigner(window.assigner);
      return assigner.in_window(time) && add_time(assigner.last_end(time), window.lateness_ms) > watermark;
    }
    case plan::WindowKind::kSession:
      return add_time(add_time(time, window.assigner.size_ms), window.lateness_ms) > watermark;
    case plan::WindowKind::kCount:
    case plan::WindowKind::kGlobal:
      return true;
    case plan::WindowKind::kRolling:
      return false;
  }
  return false;
}

}  // namespace cep::operators

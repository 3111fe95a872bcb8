// What windows that overlap are put together from: slices, the longest stretches that no window divides. An event is added to one slice, however many windows it is in.
#pragma once
#include <cstdint>

#include "plan/window.h"

namespace cep::plan {

struct Slices {
  int64_t length = 0;      // ms, or events for `count`; 0: windows of this kind share nothing
  int64_t per_window = 0;
};

// Tumbling and sliding windows in event time, and `count N every M`. A tumbling window is one slice.
Slices slices_of(const WindowAssigner& assigner);

}  // namespace cep::plan

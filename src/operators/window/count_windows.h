// `count N [every M]` and `global`: in the order of the input, whatever the times of the events; nothing is
// late.
#pragma once
#include "operators/window/window_operator.h"

namespace cep::operators {

std::unique_ptr<WindowOperator> make_count_windows(const plan::WindowNode& w);
std::unique_ptr<WindowOperator> make_global_windows(const plan::WindowNode& w);

}  // namespace cep::operators

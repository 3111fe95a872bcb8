// `session D`.
#pragma once
#include "operators/window/window_operator.h"

namespace cep::operators {

std::unique_ptr<WindowOperator> make_session_windows(const plan::WindowNode& w);

}  // namespace cep::operators

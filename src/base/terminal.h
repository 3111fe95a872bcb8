// Whether people look at a stream. Any thread.
#pragma once

namespace cep::base {

// True if the descriptor (1 or 2) is a terminal.
bool is_terminal(int fd);
// True if colour is wanted there: a terminal, and NO_COLOR is not set (https://no-color.org).
bool wants_colour(int fd);

}  // namespace cep::base

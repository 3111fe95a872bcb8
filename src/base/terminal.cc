#include "base/terminal.h"

#include <unistd.h>

#include <cstdlib>

namespace cep::base {

bool is_terminal(int fd) { return isatty(fd) == 1; }

bool wants_colour(int fd) {
  const char* no = std::getenv("NO_COLOR");
  return is_terminal(fd) && (no == nullptr || *no == '\0');
}

}  // namespace cep::base

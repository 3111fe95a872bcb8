#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/log_sink.h"

namespace cep::base {

void check_failed(const char* condition, const char* file, int line) {
  char text[512];
  std::snprintf(text, sizeof text - 1, "cepd: internal check failed: %s at %s:%d", condition, file, line);
  write_log(std::string(text) + "\n");  // whoever reads the log or not, the process ends
  std::abort();
}

}  // namespace cep::base

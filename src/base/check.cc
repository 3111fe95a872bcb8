#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cep::base {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "cepd: internal check failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace cep::base

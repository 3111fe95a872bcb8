#include "plan/physical/slices.h"

#include <numeric>

namespace cep::plan {
namespace {

Slices shared(int64_t size, int64_t step) {
  const int64_t length = std::gcd(size, step);
  return length == 0 ? Slices{} : Slices{length, size / length};
}

}  // namespace

Slices slices_of(const WindowAssigner& a) {
  switch (a.kind) {
    case WindowKind::kTumbling:
      return shared(a.size_ms, a.size_ms);
    case WindowKind::kSliding:
      return shared(a.size_ms, a.slide_ms);
    case WindowKind::kCount:
      return shared(a.count, a.count_every > 0 ? a.count_every : a.count);
    case WindowKind::kSession:
    case WindowKind::kRolling:
    case WindowKind::kGlobal:
      return {};
  }
  return {};
}

}  // namespace cep::plan

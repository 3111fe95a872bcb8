#include "runtime/lane_state.h"

#include <algorithm>

namespace cep::runtime {

WriterOptions writer_options(const LaneOptions& options, bool read) {
  WriterOptions o;
  o.limits = options.limits;
  std::copy(std::begin(options.want), std::end(options.want), o.want);
  o.as_alert = options.test_alerts && !read;
  o.tables = options.tables;
  return o;
}

void order_rows_of_one_time(std::vector<WaitingRow*>* rows, uint64_t decided) {
  bool derived = std::any_of(rows->begin(), rows->end(), [](const WaitingRow* r) { return r->label != nullptr; });
  auto before = [decided](const WaitingRow* a, const WaitingRow* b) {
    uint64_t pa = std::max(a->row().position, decided), pb = std::max(b->row().position, decided);
    if (pa != pb) return pa < pb;
    if (!a->label != !b->label) return !a->label;
    if (a->label && *a->label != *b->label) return *a->label < *b->label;
    if (a->row().position != b->row().position) return a->row().position < b->row().position;
    return a->row().input < b->row().input;
  };
  // Source rows come in order of position already.
  if (derived || !std::is_sorted(rows->begin(), rows->end(), before)) std::stable_sort(rows->begin(), rows->end(), before);
}

}  // namespace cep::runtime

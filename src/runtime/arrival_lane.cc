#include "runtime/arrival_lane.h"

namespace cep::runtime {

void order_rows_of_arrival(std::vector<WaitingRow*>* rows) {
  auto before = [](const WaitingRow* a, const WaitingRow* b) {
    if (arrival_of(*a) != arrival_of(*b)) return arrival_of(*a) < arrival_of(*b);
    if (!a->label != !b->label) return !a->label;
    if (a->label && *a->label != *b->label) return *a->label < *b->label;
    return a->row().input < b->row().input;
  };
  if (!std::is_sorted(rows->begin(), rows->end(), before)) std::stable_sort(rows->begin(), rows->end(), before);
}

ResultWriterOptions result_writer_options(const LaneOptions& options, bool read) {
  ResultWriterOptions o;
  o.limits = options.limits;
  std::copy(std::begin(options.want), std::end(options.want), o.want);
  o.as_alert = options.test_alerts && !read;
  o.tables = options.tables;
  return o;
}

}  // namespace cep::runtime

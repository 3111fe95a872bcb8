#include "runtime/row_order.h"

#include <algorithm>
#include <tuple>

namespace cep::runtime {
namespace {

template <class Before>
void order(std::vector<WaitingRow*>* rows, Before before) {
  if (!std::is_sorted(rows->begin(), rows->end(), before)) std::stable_sort(rows->begin(), rows->end(), before);
}

}  // namespace

bool goes_before(const RowOrigin& a, const RowOrigin& b) {
  if (a.of_source() != b.of_source()) return a.of_source();
  const uint64_t pa = a.row->position, pb = b.row->position;
  if (a.of_source()) return pa != pb ? pa < pb : a.route < b.route;
  // The row keeps the position at which its operator made it.
  const event::Label &la = *a.label, &lb = *b.label;
  return std::tie(la.op, pa, la.time, la.key, la.ordinal, a.route) < std::tie(lb.op, pb, lb.time, lb.key, lb.ordinal, b.route);
}

bool goes_before(const RowOrigin& a, const RowOrigin& b, uint64_t decided) {
  const uint64_t pa = std::max(a.row->position, decided), pb = std::max(b.row->position, decided);
  return pa != pb ? pa < pb : goes_before(a, b);
}

bool arrives_before(const RowOrigin& a, const RowOrigin& b) {
  if (a.arrival() != b.arrival()) return a.arrival() < b.arrival();
  if (a.of_source() != b.of_source()) return a.of_source();
  if (a.row->time != b.row->time) return a.row->time < b.row->time;
  return goes_before(a, b);
}

void order_rows_of_one_time(std::vector<WaitingRow*>* rows, uint64_t decided) {
  order(rows, [decided](const WaitingRow* a, const WaitingRow* b) { return goes_before(RowOrigin(*a), RowOrigin(*b), decided); });
}

void order_rows_of_arrival(std::vector<WaitingRow*>* rows) {
  order(rows, [](const WaitingRow* a, const WaitingRow* b) { return arrives_before(RowOrigin(*a), RowOrigin(*b)); });
}

}  // namespace cep::runtime

// The order in which readers of every kind meet their rows: a function of the plan and of the input alone, whatever shard or thread a row came from. Rows of one event time come by
// the position that decides them; those of one position: rows of sources before those of operators (a row that has passed `unique` is still one of its source); rows of sources by
// their lines, those of one line by the route on which they came (plan/routes.h); rows of operators by operator, in order of declaration after its inputs, so that a cause comes before
// what was made of it; then by label, then by route.
#pragma once
#include <cstdint>
#include <vector>

#include "event/label.h"
#include "event/row.h"
#include "runtime/rows.h"

namespace cep::runtime {

// Where a row comes from.
struct RowOrigin {
  const event::Row* row;
  // Of a row that an operator made: its label, whose position may be that at which a `unique` let it go on. Null, or of operator 0: it is of a source, and came when its line came or
  // at the label's position.
  const event::Label* label;
  uint32_t route;

  explicit RowOrigin(const WaitingRow& waiting) : row(&waiting.row()), label(waiting.label), route(waiting.route) {}
  RowOrigin(const event::Row& r, const event::Label& l, uint32_t on) : row(&r), label(&l), route(on) {}

  bool of_source() const { return label == nullptr || label->op == 0; }
  // The position at which it comes where rows are worked as they come.
  uint64_t arrival() const { return label != nullptr ? label->position : row->position; }
};

// Of two rows of one time that one position decides.
bool goes_before(const RowOrigin& a, const RowOrigin& b);
// Of two rows of one time, of which `decided` lets all go that came before it.
bool goes_before(const RowOrigin& a, const RowOrigin& b, uint64_t decided);
// Where rows are worked as they come: by the position at which they come, rows of sources first, then by time.
bool arrives_before(const RowOrigin& a, const RowOrigin& b);

// Rows of one event time, of which `decided` lets all go that came before it.
void order_rows_of_one_time(std::vector<WaitingRow*>* rows, uint64_t decided);
// Rows of a batch where they are worked as they come.
void order_rows_of_arrival(std::vector<WaitingRow*>* rows);

}  // namespace cep::runtime

// A row of a derived stream as a record of the channel `streams`.
#pragma once
#include "plan/plan.h"
#include "runtime/out_record.h"
#include "runtime/row_order.h"

namespace cep::runtime {

// The row that derived stream `node` gives, with its label.
void write_view(const plan::Plan& plan, int node, const RowOrigin& from, OutRecord* record);

}  // namespace cep::runtime

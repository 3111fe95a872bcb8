// A row of a derived stream as a record of the channel `streams`.
#pragma once
#include "event/row.h"
#include "plan/plan.h"
#include "runtime/out_record.h"

namespace cep::runtime {

// Fills everything but the label.
void write_view(const plan::Plan& plan, int node, const event::Row& row, OutRecord* record);

}  // namespace cep::runtime

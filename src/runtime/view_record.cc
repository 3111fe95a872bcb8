#include "runtime/view_record.h"

#include "base/time_text.h"
#include "event/json_writer.h"
#include "event/line_decoder.h"

namespace cep::runtime {

void write_view(const plan::Plan& plan, int node, const event::Row& row, OutRecord* record) {
  record->channel = Channel::kStreams;
  record->node = node;
  record->head = ",\"stream\":";
  event::append_json_string(plan.nodes[node].name, &record->head);
  record->tail = ",\"time\":\"";
  base::append_rfc3339(row.time, &record->tail);
  record->tail += "\",\"event\":";
  event::append_row_json(plan.nodes[node].schema, row, &record->tail);
}

}  // namespace cep::runtime

#include "runtime/view_record.h"

#include "base/time_text.h"
#include "event/json_writer.h"
#include "event/line_decoder.h"
#include "state/key_codec.h"

namespace cep::runtime {

namespace {

// Rows of one stream at one position and time: in the order in which its readers meet them.
void append_origin(const RowOrigin& from, std::string* key) {
  auto append = [key](uint64_t x) { state::append_key(Value::integer(static_cast<int64_t>(x)), key); };
  append(from.of_source() ? 0 : from.label->op);
  append(from.row->position);
  if (!from.of_source()) {
    state::append_key(Value::integer(from.label->time), key);
    key->append(from.label->key);
    append(from.label->ordinal);
  }
  append(from.route);
}

}  // namespace

void write_view(const plan::Plan& plan, int node, const RowOrigin& from, OutRecord* record) {
  const event::Row& row = *from.row;
  record->label = {from.arrival(), row.time, static_cast<uint32_t>(node) + 1, {}, 0};
  append_origin(from, &record->label.key);
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

#include "runtime/result_writer.h"

#include "event/json_writer.h"

namespace cep::runtime {
namespace {

constexpr std::string_view kPanes[] = {"early", "on_time", "late"};

}  // namespace

ResultWriter::ResultWriter(const plan::Node& node, const plan::WindowNode& window, int node_index, const WriterOptions& options)
    : RecordWriter(node, window, node_index, options) {
  if (window.having) condition_ = std::make_unique<expr::Program>(window.having);
}

ResultWriter::ResultWriter(const plan::Node& node, const plan::JoinNode& join, int node_index, const WriterOptions& options)
    : RecordWriter(node, join, node_index, options) {
  if (join.where) condition_ = std::make_unique<expr::Program>(join.where);
}

bool ResultWriter::take_window(const operators::WindowResult& r) {
  arena_.reset();
  set_key(r.key);
  bounds_.clear();
  for (const OwnedValue& v : key_values_) bounds_.push_back(v.get());
  bounds_.push_back(Value::timestamp(r.start));
  bounds_.push_back(Value::timestamp(r.end));
  context_.bounds = bounds_.data();
  context_.aggregates = r.aggregates;
  select_.run(context_, &selected_);
  context_.selected = selected_.data();
  return !condition_ || condition_->holds(context_);
}

bool ResultWriter::begin(OutRecord* record) const {
  record->node = node_index_;
  record->channel = alert_.alert ? Channel::kAlerts : Channel::kStreams;
  return alert_.alert || wants(Channel::kStreams);
}

void ResultWriter::append_head(std::string_view key, bool retract, size_t room, OutRecord* record) {
  record->head.clear();
  record->tail.clear();
  append_name_and_key(room, &record->head);
  if (alert_.alert) append_alert(alert_, key, room, context_, record);
  if (!retract) return;
  record->throttle_ms = -1;
  record->head += ",\"retract\":true";
}

// Writes the record by `compose(room of each text)`; again with less room if it is over the limit.
template <class Compose>
void ResultWriter::fit(OutRecord* record, Compose compose) {
  compose(kAnyLength);
  const size_t limit = options_.limits.record_bytes;
  record->cut = record->head.size() + record->tail.size() + kEnvelope > limit;
  if (!record->cut) return;
  compose(room_of_each_text(limit, 1 + select_.names.size() + key_names_.size()));
  record->tail += ",\"truncated\":true";
}

bool ResultWriter::write_window(const operators::WindowResult& r, OutRecord* record) {
  if (!begin(record)) return false;
  fit(record, [&](size_t room) {
    append_head(r.key, r.retract, room, record);
    std::string* tail = &record->tail;
    *tail += ",\"fields\":{\"window_start\":";
    event::append_json_value(Value::timestamp(r.start), tail);
    *tail += ",\"window_end\":";
    event::append_json_value(Value::timestamp(r.end), tail);
    append_values(select_.names, selected_, room, tail);
    tail->append(",\"pane\":\"").append(kPanes[static_cast<int>(r.pane)]).append("\"}");
  });
  return true;
}

bool ResultWriter::take_pair(std::string_view key, const event::Row& a, const event::Row* b) {
  arena_.reset();
  set_key(key);
  bounds_.clear();
  for (const OwnedValue& v : key_values_) bounds_.push_back(v.get());
  context_.bounds = bounds_.data();
  context_.sides[0] = &a;
  context_.sides[1] = b;
  // A left row that found no partner has failed no condition.
  if (b && condition_ && !condition_->holds(context_)) return false;
  select_.run(context_, &selected_);
  context_.selected = selected_.data();
  return true;
}

bool ResultWriter::write_pair(std::string_view key, int64_t start, int64_t end, OutRecord* record) {
  if (!begin(record)) return false;
  fit(record, [&](size_t room) {
    append_head(key, false, room, record);
    append_time_member("start", start, &record->tail);
    append_time_member("end", end, &record->tail);
    if (select_.names.empty()) return;
    record->tail += ",\"fields\":{";
    append_values(select_.names, selected_, room, &record->tail);
    record->tail += '}';
  });
  return true;
}

}  // namespace cep::runtime

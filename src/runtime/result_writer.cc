#include "runtime/result_writer.h"

#include "event/json_writer.h"
#include "runtime/key_codec.h"

namespace cep::runtime {
namespace {

constexpr std::string_view kPanes[] = {"early", "on_time", "late"};

bool is_window(const plan::Node& node) { return node.kind == plan::NodeKind::kWindow; }

}  // namespace

ResultWriter::ResultWriter(const plan::Node& node, int node_index, const ResultWriterOptions& options)
    : node_(node), node_index_(node_index), options_(options), key_names_(is_window(node) ? node.window->key_names : node.join->key_names),
      key_types_(is_window(node) ? node.window->key_types : node.join->key_types),
      select_(is_window(node) ? node.window->select : node.join->select) {
  const std::optional<plan::Alert>& alert = is_window(node) ? node.window->alert : node.join->alert;
  own_alert_ = alert.has_value();
  if (alert) alert_ = AlertCode(*alert);
  rebind(node_index, options);
  const expr::ExprPtr& condition = is_window(node) ? node.window->having : node.join->where;
  if (condition) condition_ = std::make_unique<expr::Program>(condition);
  context_.arena = &arena_;
  context_.tables = options.tables;
}

void ResultWriter::rebind(int node_index, const ResultWriterOptions& options) {
  node_index_ = node_index;
  options_ = options;
  if (!own_alert_) alert_ = options.as_alert ? AlertCode(low_) : AlertCode();
}

bool ResultWriter::take_window(const operators::WindowResult& r) {
  arena_.reset();
  decode_key(r.key, key_types_, &key_values_);
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
  return alert_.alert || options_.want[static_cast<int>(Channel::kStreams)];
}

void ResultWriter::append_head(std::string_view key, bool retract, size_t room, OutRecord* record) {
  record->head.clear();
  record->tail.clear();
  append_name_and_key(node_.name, key_names_, key_values_, room, &record->head);
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
  decode_key(key, key_types_, &key_values_);
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

event::Row* ResultWriter::write_row(int64_t start, int64_t end, int64_t time, uint64_t position) {
  size_t keys = key_values_.size();
  builder_.start(static_cast<uint16_t>(keys + 2 + selected_.size()));
  for (size_t i = 0; i < keys; ++i) builder_.set(i, key_values_[i].get());
  builder_.set(keys, Value::timestamp(start));
  builder_.set(keys + 1, Value::timestamp(end));
  for (size_t i = 0; i < selected_.size(); ++i) builder_.set(keys + 2 + i, selected_[i]);
  return const_cast<event::Row*>(builder_.finish(time, position));
}

}  // namespace cep::runtime

#include "runtime/match_writer.h"

#include <algorithm>

#include "event/json_writer.h"
#include "event/line_decoder.h"

namespace cep::runtime {

MatchWriter::MatchWriter(const plan::Plan& plan, int node, const WriterOptions& options)
    : RecordWriter(plan.nodes[node], *plan.nodes[node].pattern, node, options), pattern_(*plan.nodes[node].pattern) {
  if (pattern_.on_timeout) {
    timeout_select_ = SelectCode(pattern_.on_timeout->select);
    if (pattern_.on_timeout->alert) timeout_alert_ = AlertCode(*pattern_.on_timeout->alert);
  }
  for (const plan::Input& input : node_.inputs) schemas_.push_back(&plan.nodes[input.node].schema);
}

void MatchWriter::begin(const operators::Match& match, std::string_view key, const SelectCode& select) {
  arena_.reset();
  set_key(key);
  context_.history = &match;
  select.run(context_, &selected_);
  context_.selected = selected_.data();
}

bool MatchWriter::write_match(const operators::Match& match, std::string_view key, int64_t end, OutRecord* record) {
  const AlertCode* alert = alert_.alert ? &alert_ : nullptr;
  record->channel = alert ? Channel::kAlerts : Channel::kStreams;
  record->node = node_index_;
  if (!alert && !wants(Channel::kStreams)) return false;
  write(match, key, end, select_, alert, record);
  return true;
}

bool MatchWriter::write_timeout(const operators::Match& partial, std::string_view key, int64_t end, OutRecord* record) {
  record->channel = Channel::kTimeouts;
  record->node = node_index_;
  write(partial, key, end, timeout_select_, timeout_alert_.alert ? &timeout_alert_ : nullptr, record);
  return true;
}

bool MatchWriter::write_limit(std::string_view limit, uint64_t dropped, std::string_view key, int64_t time, OutRecord* record) {
  record->channel = Channel::kLimits;
  record->node = node_index_;
  if (!wants(Channel::kLimits)) return true;
  set_key(key);
  append_name_and_key(kAnyLength, &record->head);
  record->tail = ",\"limit\":\"";
  record->tail += limit;
  record->tail += "\",\"dropped\":" + std::to_string(dropped);
  append_time_member("time", time, &record->tail);
  return true;
}

// The events by stage, stages in the order of the pattern. Returns false if not all fit into `room` bytes.
bool MatchWriter::append_match(const operators::Match& match, size_t room, std::string* out) {
  size_t begin = out->size();
  out->append(",\"match\":{");
  bool first_stage = true;
  for (size_t s = 0; s < pattern_.stages.size(); ++s) {
    bool open = false;
    for (const operators::Match::Taken& t : match.taken()) {
      if (t.stage != static_cast<int>(s)) continue;
      size_t before = out->size();
      if (!open) {
        if (!first_stage) out->push_back(',');
        event::append_json_string(pattern_.stages[s].name, out);
        out->append(":[");
      } else {
        out->push_back(',');
      }
      event::append_row_json(*schemas_[t.row->input], *t.row, out);
      if (out->size() - begin + 2 > room) {
        out->resize(before);
        out->append(open ? "]}" : "}");
        return false;
      }
      open = true;
      first_stage = false;
    }
    if (open) out->push_back(']');
  }
  out->push_back('}');
  return true;
}

void MatchWriter::append_tags(std::string* out) const {
  if (pattern_.tags.empty()) return;
  out->append(",\"tags\":[");
  for (size_t i = 0; i < pattern_.tags.size(); ++i) {
    if (i) out->push_back(',');
    event::append_json_string(pattern_.tags[i], out);
  }
  out->push_back(']');
}

void MatchWriter::append_members(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select,
                                 const AlertCode* alert, size_t text_room, OutRecord* record) {
  record->head.clear();
  record->tail.clear();
  append_name_and_key(text_room, &record->head);
  if (alert) append_alert(*alert, key, text_room, context_, record);
  append_tags(&record->head);
  append_time_member("start", match.taken().front().row->time, &record->tail);
  append_time_member("end", end, &record->tail);
  if (select.names.empty()) return;
  record->tail += ",\"fields\":{";
  append_values(select.names, selected_, text_room, &record->tail);
  record->tail += '}';
}

// A record over the limit loses events from the end; if even without any it is too long, every text in it is cut.
void MatchWriter::write(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select, const AlertCode* alert,
                        OutRecord* record) {
  const bool wanted = wants(record->channel) || (record->channel != Channel::kStreams && wants(Channel::kLimits));
  if (!wanted && !(alert && alert->alert->throttle_ms >= 0)) return;
  begin(match, key, select);
  const size_t limit = options_.limits.record_bytes;
  auto used = [record] { return record->head.size() + record->tail.size() + kEnvelope; };
  append_members(match, key, end, select, alert, kAnyLength, record);
  record->cut = used() > limit;
  if (record->cut) {
    append_members(match, key, end, select, alert, room_of_each_text(limit, 1 + select.names.size() + key_names_.size()), record);
  }
  record->cut |= !append_match(match, limit > used() ? limit - used() : 0, &record->tail);
  if (record->cut) record->tail.append(",\"truncated\":true");
}

event::Row* MatchWriter::write_row(const operators::Match& match, std::string_view key, int64_t end, int64_t release, uint64_t position) {
  begin(match, key, select_);
  return make_row(match.taken().front().row->time, end, release, position);
}

}  // namespace cep::runtime

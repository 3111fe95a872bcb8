#include "runtime/record_parts.h"

#include "base/time_text.h"
#include "base/utf8.h"
#include "event/json_writer.h"
#include "expr/functions.h"
#include "state/key_codec.h"

namespace cep::runtime {
namespace {

constexpr std::string_view kLevels[] = {"info", "low", "medium", "high", "critical"};

Value cut_value(const Value& v, size_t bytes) { return v.type == Type::kString ? Value::string(base::cut_utf8(v.str(), bytes)) : v; }

}  // namespace

SelectCode::SelectCode(const std::vector<plan::NamedExpr>& select) {
  for (const plan::NamedExpr& e : select) {
    names.push_back(e.name);
    programs.emplace_back(e.expr);
  }
}

void SelectCode::run(expr::EvalContext& c, std::vector<Value>* out) const {
  out->clear();
  for (const expr::Program& p : programs) out->push_back(p.eval(c));
}

AlertCode::AlertCode(const plan::Alert& a) : alert(&a) {
  for (const plan::MessagePart& p : a.message) message.push_back({p.text, p.expr ? std::make_unique<expr::Program>(p.expr) : nullptr});
  for (const expr::ExprPtr& e : a.throttle_by) throttle_by.emplace_back(e);
}

void append_time_member(std::string_view name, int64_t ms, std::string* out) {
  out->append(",\"").append(name).append("\":\"");
  base::append_rfc3339(ms, out);
  out->push_back('"');
}

void append_name_and_key(std::string_view name, const std::vector<std::string>& key_names, const std::vector<OwnedValue>& key_values,
                         size_t text_room, std::string* out) {
  out->append(",\"pattern\":");
  event::append_json_string(name, out);
  if (key_names.empty()) return;
  out->append(",\"key\":{");
  for (size_t i = 0; i < key_values.size(); ++i) {
    if (i) out->push_back(',');
    event::append_json_string(key_names[i], out);
    out->push_back(':');
    event::append_json_value(cut_value(key_values[i].get(), text_room), out);
  }
  out->push_back('}');
}

void append_alert(const AlertCode& code, std::string_view key, size_t text_room, expr::EvalContext& c, OutRecord* record) {
  std::string* head = &record->head;
  head->append(",\"severity\":\"").append(kLevels[static_cast<int>(code.alert->level)]).push_back('"');
  if (code.alert->has_message) {
    std::string text;
    for (const AlertCode::Part& p : code.message) {
      text += p.text;
      if (p.expr) expr::append_text(p.expr->eval(c), &text);
    }
    head->append(",\"message\":");
    event::append_json_string(base::cut_utf8(text, text_room), head);
  }
  record->throttle_ms = code.alert->throttle_ms;
  record->throttle_key.clear();
  if (record->throttle_ms < 0) return;
  if (!code.alert->throttle_by_given) record->throttle_key = key;
  else
    for (const expr::Program& p : code.throttle_by) state::append_key(p.eval(c), &record->throttle_key);
}

void append_values(const std::vector<std::string>& names, const std::vector<Value>& values, size_t text_room, std::string* out) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (out->back() != '{') out->push_back(',');
    event::append_json_string(names[i], out);
    out->push_back(':');
    event::append_json_value(cut_value(values[i], text_room), out);
  }
}

}  // namespace cep::runtime

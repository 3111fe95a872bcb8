// The parts of records that patterns, windows and joins have in common: name and key, severity and message, selected fields.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "expr/program.h"
#include "plan/plan.h"
#include "runtime/out_record.h"

namespace cep::runtime {

// `select`, ready to run.
struct SelectCode {
  std::vector<std::string> names;
  std::vector<expr::Program> programs;

  SelectCode() = default;
  explicit SelectCode(const std::vector<plan::NamedExpr>& select);
  // Evaluates all into *out.
  void run(expr::EvalContext& c, std::vector<Value>* out) const;
};

// `alert`, ready to run. `alert` null: there is none.
struct AlertCode {
  struct Part {
    std::string text;
    std::unique_ptr<expr::Program> expr;
  };
  const plan::Alert* alert = nullptr;
  std::vector<Part> message;
  std::vector<expr::Program> throttle_by;

  AlertCode() = default;
  explicit AlertCode(const plan::Alert& alert);
};

// Room for each text of a record: all there is, or, where the record would be longer than the limit, so much that `texts` of them fit even if every byte
// of them must be escaped.
inline constexpr size_t kAnyLength = SIZE_MAX;
inline constexpr size_t kEnvelope = 128;  // bytes of channel, seq, suppressed, truncated
inline size_t room_of_each_text(size_t record_bytes, size_t texts) { return record_bytes / 8 / texts; }

// `,"pattern":"p","key":{…}`; no `key` without key fields.
void append_name_and_key(std::string_view name, const std::vector<std::string>& key_names, const std::vector<OwnedValue>& key_values,
                         size_t text_room, std::string* out);
// Severity and message to the head, the throttle of the record.
void append_alert(const AlertCode& code, std::string_view key, size_t text_room, expr::EvalContext& c, OutRecord* record);
// `"name":value` members, with commas between them.
void append_values(const std::vector<std::string>& names, const std::vector<Value>& values, size_t text_room, std::string* out);
void append_time_member(std::string_view name, int64_t ms, std::string* out);

}  // namespace cep::runtime

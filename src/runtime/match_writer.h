// Turns the matches of one pattern into records (canonical bytes) and into rows of the stream that the pattern is.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/limits.h"
#include "event/row.h"
#include "expr/program.h"
#include "operators/pattern/evaluator.h"
#include "plan/plan.h"
#include "runtime/out_record.h"
#include "runtime/record_parts.h"

namespace cep::runtime {

struct MatchWriterOptions {
  Limits limits;
  bool want[kChannels] = {};
  bool as_alert = false;       // without `alert` of its own it counts as `alert low`
  const expr::Tables* tables = nullptr;
};

class MatchWriter {
 public:
  MatchWriter(const plan::Plan& plan, int node, const MatchWriterOptions& options);

  // The pattern goes on as this node, with these options; what it looks up tables in stays.
  void rebind(int node, const MatchWriterOptions& options);

  // Fills channel, node, bytes and throttle of *record (not its label). Returns false if no record is due (nobody wants the channel `streams`).
  bool write_match(const operators::Match& match, std::string_view key, int64_t end, OutRecord* record);
  bool write_timeout(const operators::Match& partial, std::string_view key, int64_t end, OutRecord* record);
  // `limit`: its name in the settings; `dropped`: what it took, in its own unit (runs, matches, records cut).
  bool write_limit(std::string_view limit, uint64_t dropped, std::string_view key, int64_t time, OutRecord* record);

  // The match as a row of the pattern's stream; valid until the next call.
  const event::Row* write_row(const operators::Match& match, std::string_view key, int64_t end, int64_t release, uint64_t position);

  uint64_t faults() const { return context_.faults; }

 private:
  void begin(const operators::Match& match, const SelectCode& select);
  void write(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select, const AlertCode* alert, OutRecord* record);
  // Everything but the events; no text longer than `text_room` bytes.
  void append_members(const operators::Match& match, std::string_view key, int64_t end, const SelectCode& select, const AlertCode* alert,
                      size_t text_room, OutRecord* record);
  void append_tags(std::string* out) const;
  void append_pattern_and_key(std::string_view key, size_t text_room, std::string* out);
  bool append_match(const operators::Match& match, size_t room, std::string* out);

  const plan::Plan& plan_;
  const plan::Node& node_;
  const plan::PatternNode& pattern_;
  int node_index_;
  MatchWriterOptions options_;
  SelectCode select_, timeout_select_;
  AlertCode alert_, timeout_alert_;
  plan::Alert low_;
  std::vector<const event::Schema*> schemas_;  // by input
  expr::Arena arena_;
  expr::EvalContext context_;
  std::vector<Value> selected_;
  std::vector<OwnedValue> key_values_;
  event::RowBuilder builder_;
  std::string scratch_;
};

}  // namespace cep::runtime

// What the writers of patterns, windows and joins have in common: the operator's `select` and `alert`, ready to run, and the row that a result is in the operator's stream.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cep/limits.h"
#include "event/row.h"
#include "plan/plan.h"
#include "runtime/out_record.h"
#include "runtime/record_parts.h"

namespace cep::runtime {

struct WriterOptions {
  Limits limits;
  bool want[kChannels] = {};
  bool as_alert = false;       // without `alert` of its own it counts as `alert low`
  const expr::Tables* tables = nullptr;
};

class RecordWriter {
 public:
  RecordWriter(const RecordWriter&) = delete;

  // The operator goes on as this node, with these options; what it looks up tables in stays.
  void rebind(int node_index, const WriterOptions& options);

  uint64_t faults() const { return context_.faults; }

 protected:
  // Of a plan's pattern, window or join. All but `options` outlive the writer.
  template <class Operator>
  RecordWriter(const plan::Node& node, const Operator& op, int node_index, const WriterOptions& options)
      : RecordWriter(node, op.key_names, op.key_types, op.select, op.alert, node_index, options) {}

  bool wants(Channel channel) const { return options_.want[static_cast<int>(channel)]; }
  // The key of the result at hand: fills key_values_, which the values of its record and row may point into. To be called once a result, before anything else.
  void set_key(std::string_view key);
  // Name and key of the operator. REQUIRES set_key.
  void append_name_and_key(size_t text_room, std::string* out) const;
  // key_values_, the two times and selected_ as a row; valid until the next call. REQUIRES set_key.
  event::Row* make_row(int64_t start, int64_t end, int64_t time, uint64_t position);

  const plan::Node& node_;
  const std::vector<std::string>& key_names_;
  const std::vector<Type>& key_types_;
  int node_index_;
  WriterOptions options_;
  SelectCode select_;
  AlertCode alert_;
  expr::Arena arena_;
  expr::EvalContext context_;
  std::vector<Value> selected_;
  std::vector<OwnedValue> key_values_;

 private:
  RecordWriter(const plan::Node& node, const std::vector<std::string>& key_names, const std::vector<Type>& key_types, const std::vector<plan::NamedExpr>& select,
               const std::optional<plan::Alert>& alert, int node_index, const WriterOptions& options);

  const bool own_alert_;
  const plan::Alert low_;
  event::RowBuilder builder_;
};

}  // namespace cep::runtime

// Turns the results of one window or join into records (canonical bytes) and into rows of the stream that it is.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/row.h"
#include "operators/window/window_operator.h"
#include "plan/plan.h"
#include "runtime/out_record.h"
#include "runtime/record_parts.h"

namespace cep::runtime {

struct ResultWriterOptions {
  Limits limits;
  bool want[kChannels] = {};
  bool as_alert = false;        // without `alert` of its own it counts as `alert low`
  const expr::Tables* tables = nullptr;
};

class ResultWriter {
 public:
  // `node` is a window or a join.
  ResultWriter(const plan::Node& node, int node_index, const ResultWriterOptions& options);

  // The operator goes on as this node, with these options; what it looks up tables in stays.
  void rebind(int node_index, const ResultWriterOptions& options);

  // Evaluates a window's result: select and `having`. Returns whether `having` holds (or there is none). Values live until the next call.
  bool take_window(const operators::WindowResult& result);
  // The record of the result taken last. Returns false if none is due.
  bool write_window(const operators::WindowResult& result, OutRecord* record);

  // Evaluates a pair: whether `where` holds, and if so, select.
  bool take_pair(std::string_view key, const event::Row& a, const event::Row* b);
  // The record of the pair taken last.
  bool write_pair(std::string_view key, int64_t start, int64_t end, OutRecord* record);

  // The result or pair taken last as a row; valid until the next call.
  event::Row* write_row(int64_t start, int64_t end, int64_t time, uint64_t position);

  uint64_t faults() const { return context_.faults; }

 private:
  bool begin(OutRecord* record) const;
  void append_head(std::string_view key, bool retract, size_t room, OutRecord* record);
  template <class Compose>
  void fit(OutRecord* record, Compose compose);

  const plan::Node& node_;
  int node_index_;
  ResultWriterOptions options_;
  bool own_alert_ = false;
  const std::vector<std::string>& key_names_;
  const std::vector<Type>& key_types_;
  plan::Alert low_;
  SelectCode select_;
  AlertCode alert_;
  std::unique_ptr<expr::Program> condition_;  // having or where
  expr::Arena arena_;
  expr::EvalContext context_;
  std::vector<OwnedValue> key_values_;
  std::vector<Value> bounds_, selected_;
  event::RowBuilder builder_;
};

}  // namespace cep::runtime

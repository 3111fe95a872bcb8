// Turns the results of one window or join into records (canonical bytes) and into rows of the stream that it is.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "operators/window/window_operator.h"
#include "runtime/record_writer.h"

namespace cep::runtime {

class ResultWriter : public RecordWriter {
 public:
  ResultWriter(const plan::Node& node, const plan::WindowNode& window, int node_index, const WriterOptions& options);
  ResultWriter(const plan::Node& node, const plan::JoinNode& join, int node_index, const WriterOptions& options);

  // Evaluates a window's result: select and `having`. Returns whether `having` holds (or there is none). Values live until the next call.
  bool take_window(const operators::WindowResult& result);
  // The record of the result taken last. Returns false if none is due.
  bool write_window(const operators::WindowResult& result, OutRecord* record);

  // Evaluates a pair: whether `where` holds, and if so, select.
  bool take_pair(std::string_view key, const event::Row& a, const event::Row* b);
  // The record of the pair taken last.
  bool write_pair(std::string_view key, int64_t start, int64_t end, OutRecord* record);

  // The result or pair taken last as a row; valid until the next call.
  event::Row* write_row(int64_t start, int64_t end, int64_t time, uint64_t position) { return make_row(start, end, time, position); }

 private:
  bool begin(OutRecord* record) const;
  void append_head(std::string_view key, bool retract, size_t room, OutRecord* record);
  template <class Compose>
  void fit(OutRecord* record, Compose compose);

  std::unique_ptr<expr::Program> condition_;  // having or where
  std::vector<Value> bounds_;
};

}  // namespace cep::runtime

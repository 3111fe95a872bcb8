#include "runtime/record_writer.h"

#include "state/key_codec.h"

namespace cep::runtime {

RecordWriter::RecordWriter(const plan::Node& node, const std::vector<std::string>& key_names, const std::vector<Type>& key_types,
                           const std::vector<plan::NamedExpr>& select, const std::optional<plan::Alert>& alert, int node_index, const WriterOptions& options)
    : node_(node), key_names_(key_names), key_types_(key_types), select_(select), own_alert_(alert.has_value()) {
  if (alert) alert_ = AlertCode(*alert);
  context_.arena = &arena_;
  context_.tables = options.tables;
  rebind(node_index, options);
}

void RecordWriter::rebind(int node_index, const WriterOptions& options) {
  node_index_ = node_index;
  options_ = options;
  if (!own_alert_) alert_ = options.as_alert ? AlertCode(low_) : AlertCode();
}

void RecordWriter::set_key(std::string_view key) { state::decode_key(key, key_types_, &key_values_); }

void RecordWriter::append_name_and_key(size_t text_room, std::string* out) const {
  runtime::append_name_and_key(node_.name, key_names_, key_values_, text_room, out);
}

event::Row* RecordWriter::make_row(int64_t start, int64_t end, int64_t time, uint64_t position) {
  const size_t keys = key_values_.size();
  builder_.start(static_cast<uint16_t>(keys + 2 + selected_.size()));
  for (size_t i = 0; i < keys; ++i) builder_.set(i, key_values_[i].get());
  builder_.set(keys, Value::timestamp(start));
  builder_.set(keys + 1, Value::timestamp(end));
  for (size_t i = 0; i < selected_.size(); ++i) builder_.set(keys + 2 + i, selected_[i]);
  return const_cast<event::Row*>(builder_.finish(time, position));
}

}  // namespace cep::runtime

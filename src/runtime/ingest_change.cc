// Ingest when a program is loaded in the place of another, and what people are told of it.
#include "base/check.h"
#include "expr/functions.h"
#include "runtime/ingest_stage.h"
#include "state/key_codec.h"

namespace cep::runtime {
namespace {

// The value of a `by` field for people: of a key its text.
std::string by_text(const plan::Node& node, const std::string& value) {
  const int field = node.source.watermark.by_field;
  if (field < 0) return value;
  std::vector<OwnedValue> values;
  state::decode_key(value, {node.schema.fields[static_cast<size_t>(field)].type}, &values);
  std::string text;
  expr::append_text(values.front().get(), &text);
  return text;
}

}  // namespace

void IngestStage::work_off() {
  cut();
  pipeline_->drain();
  apply_table_rows();
  tables_->forget_all();
}

void IngestStage::take_over(const IngestStage& before) {
  CEP_CHECK(position_ == 0 && lines_in_batch_ == 0);
  CEP_CHECK(before.lines_in_batch_ == 0 && before.batch_.records.empty());
  next_ = before.next_;
  arrival_ = before.arrival_;
  counters_ = before.counters_;
  for (int node : topology_.sources) {
    const auto was = before.by_name_.find(plan_.nodes[node].name);
    if (was == before.by_name_.end()) continue;
    const Source& s = before.sources_[was->second];
    sources_[node].events = s.events;
    sources_[node].late = s.late;
    sources_[node].rejected = s.rejected;
    sources_[node].ahead = s.ahead;
  }
  last_arrival_ = before.last_arrival_;
  clocks_.take_over(before.clocks_, loaded_.succession);
  if (before.right_clocks_) {
    right_clocks_ = std::make_unique<ClockSet>(plan_, topology_);
    right_clocks_->take_over(*before.right_clocks_, loaded_.succession);
  }
  // What has been before the load, then what it changes: that is decided at its position.
  begin_batch();
  timeline_->number = 0;
  batches_ = 1;
  take_position();
  note_clocks();
}

uint64_t IngestStage::waiting_bytes() const {
  uint64_t bytes = 0;
  for (const RowList& rows : batch_.rows) bytes += rows.bytes;
  for (const OutRecord& record : batch_.records) bytes += bytes_of(record);
  return bytes;
}

std::vector<StreamStats> IngestStage::stream_stats() const {
  std::vector<StreamStats> out;
  for (int node : topology_.sources) {
    const Source& source = sources_[node];
    const ClockSet::StreamState state = clocks_.state(node);
    StreamStats s;
    s.name = plan_.nodes[node].name;
    s.events = source.events;
    s.late = source.late;
    s.rejected = source.rejected;
    s.watermark_ms = state.watermark;
    s.greatest_ms = state.greatest;
    s.arrival_ms = state.arrival;
    if (const Source::Ahead& ahead = source.ahead; ahead.position != 0 && last_arrival_ != OfferOptions::kNoArrival && state.watermark > last_arrival_) {
      s.ahead_ms = state.watermark - last_arrival_;
      s.ahead_producer = ahead.producer;
      s.ahead_line = ahead.number;
      s.ahead_position = ahead.position;
      s.ahead_late = source.late - ahead.late_before;
    }
    if (state.held_by >= 0) s.held_by = plan_.nodes[state.held_by].name;
    else if (state.by) s.held_by = by_text(plan_.nodes[node], *state.by);
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace cep::runtime

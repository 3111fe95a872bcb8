// Ingest as bytes.
#include "base/check.h"
#include "runtime/ingest_stage.h"

namespace cep::runtime {

void IngestStage::save(state::StateWriter* out) const {
  CEP_CHECK(lines_in_batch_ == 0 && batch_.records.empty() && table_rows_.empty());
  state::Encoder& ingest = out->entry(0, state::Part::kIngest);
  ingest.number(position_);
  ingest.number(next_);
  ingest.whole(arrival_);
  ingest.whole(last_arrival_);
  const auto& [lines, events, rejected, late, unrouted] = counters_;
  for (uint64_t n : {lines, events, rejected, late, unrouted}) ingest.number(n);
  ingest.number(topology_.sources.size());
  for (int node : topology_.sources) {
    const auto& [when, punctuation, builder, its_events, its_late, its_rejected, ahead] = sources_[node];
    const auto& [producer, number, position, late_before] = ahead;
    for (uint64_t n : {its_events, its_late, its_rejected, number, position, late_before}) ingest.number(n);
    ingest.text(producer);
  }
  clocks_.save(&out->entry(0, state::Part::kClocks));
  if (right_clocks_) right_clocks_->save(&out->entry(0, state::Part::kRightClocks));
}

bool IngestStage::load_numbers(state::Decoder* in) {
  position_ = in->number();
  next_ = in->number();
  arrival_ = in->whole();
  last_arrival_ = in->whole();
  Counters& c = counters_;
  for (uint64_t* n : {&c.lines, &c.events, &c.rejected, &c.late, &c.unrouted}) *n = in->number();
  if (in->count() != topology_.sources.size()) return false;
  for (int node : topology_.sources) {
    Source& s = sources_[node];
    for (uint64_t* n : {&s.events, &s.late, &s.rejected, &s.ahead.number, &s.ahead.position, &s.ahead.late_before}) *n = in->number();
    s.ahead.producer = in->text();
  }
  return in->done() && next_ > position_;
}

Status IngestStage::load(const state::StateReader& in) {
  CEP_CHECK(position_ == 0 && lines_in_batch_ == 0);
  const auto into = [&](state::Part part, auto&& read) {
    return in.one(0, part, [&](state::Decoder* entry) { return read(entry) ? Status() : state::damaged(0, part); });
  };
  Status status = into(state::Part::kIngest, [this](state::Decoder* entry) { return load_numbers(entry); });
  if (status.ok()) status = into(state::Part::kClocks, [this](state::Decoder* entry) { return clocks_.load(entry); });
  if (status.ok() && in.has(0, state::Part::kRightClocks)) {
    right_clocks_ = std::make_unique<ClockSet>(plan_, topology_);
    status = into(state::Part::kRightClocks, [this](state::Decoder* entry) { return right_clocks_->load(entry); });
  }
  view_.see_at(position_);
  begin_batch();
  timeline_->number = 0;
  batches_ = 1;
  return status;
}

}  // namespace cep::runtime

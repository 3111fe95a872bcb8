#include "runtime/ingest_stage.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/fault.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "event/json_writer.h"
#include "expr/functions.h"
#include "operators/join/join_operator.h"
#include "operators/window/window_operator.h"
#include "runtime/view_record.h"
#include "runtime/worked_range.h"
#include "state/key_codec.h"

namespace cep::runtime {
namespace {

constexpr uint64_t kRetiredBytesMost = 8 << 20;  // of table rows for shards that are behind; beyond it ingest waits for them

}  // namespace

IngestStage::IngestStage(Loaded* loaded, const EngineOptions& options, Pipeline* pipeline)
    : loaded_(*loaded), plan_(*loaded->plan), topology_(loaded->topology), options_(options), pipeline_(pipeline), decoder_(options.limits),
      clocks_(plan_, topology_), tables_(&loaded->tables), view_(tables_), flow_(plan_, topology_, options.want[static_cast<int>(Channel::kStreams)], &view_),
      sources_(plan_.nodes.size()), tables_of_operators_(topology_.tables_of_operators) {
  for (size_t t = 0; t < plan_.tables.size(); ++t) {
    tables_by_name_.emplace(plan_.tables[t].name, static_cast<int>(t));
    names_.add(plan_.tables[t].name);
  }
  context_.arena = &arena_;
  for (int node : topology_.sources) {
    const plan::Source& source = plan_.nodes[node].source;
    if (source.when) sources_[node].when = std::make_unique<expr::Program>(source.when);
    if (source.watermark.punctuation) sources_[node].punctuation = std::make_unique<expr::Program>(source.watermark.punctuation);
    any_when_ |= source.when != nullptr;
    by_name_.emplace(plan_.nodes[node].name, node);
    names_.add(plan_.nodes[node].name);
  }
  for (int s = 0; s < options.shards; ++s) writers_.emplace_back(pipeline->store());
  begin_batch();
}

IngestStage::~IngestStage() {
  BlockPool pool(pipeline_->store());
  for (RowList& list : batch_.rows)
    for (WaitingRow* row : list.rows) release_row(row, &pool);
}

void IngestStage::begin_batch() {
  timeline_ = std::make_shared<Timeline>();
  timeline_->number = batches_++;
  timeline_->first = next_;
  timeline_->steps.resize(topology_.clocks.size());
  for (size_t g = 0; g < topology_.clocks.size(); ++g) timeline_->before.push_back(clocks_.clock(static_cast<int>(g)));
  timeline_->reached = timeline_->before;
  batch_ = Batch{};
  batch_.rows.resize(options_.shards);
  lines_in_batch_ = 0;
  tables_->begin_batch(timeline_->number);
}

void IngestStage::next_position(uint64_t p) {
  CEP_CHECK(p > position_);
  next_ = p;
  if (lines_in_batch_ == 0) timeline_->first = p;
}

void IngestStage::take_position() {
  position_ = next_++;
  ++lines_in_batch_;
  view_.see_at(position_);
}

void IngestStage::give_back_position() {
  next_ = position_--;
  if (--lines_in_batch_ == 0) timeline_->first = next_;
}

void IngestStage::cut() {
  if (lines_in_batch_ == 0) return;
  timeline_->last = position_;
  if (base::planted(base::Bug::kBatchBorderShows))  // wrong: the clocks step where the batch ends
    for (auto& steps : timeline_->steps)
      for (ClockStep& step : steps) step.position = position_;
  batch_.timeline = std::move(timeline_);
  Batch batch = std::move(batch_);
  begin_batch();
  pipeline_->submit(std::move(batch));
  if (tables_->retired_bytes() > 0) tables_->forget(pipeline_->batches_done());
}

void IngestStage::end() {
  cut();
  take_position();
  timeline_->end = true;
  clocks_.on_end();
  clocks_.take_changed();
  if (right_clocks_) right_clocks_->on_end(), right_clocks_->take_changed();
  cut();
}

// Steps of the clocks that the line at position_ has brought.
void IngestStage::note_clocks() {
  for (int g : clocks_.take_changed()) {
    timeline_->steps[g].push_back({position_, clocks_.clock(g)});
    timeline_->reached[g] = clocks_.clock(g);
  }
  if (right_clocks_) right_clocks_->take_changed();
}

void IngestStage::tick(int64_t now_ms) {
  take_position();
  note_tick(now_ms, OfferOptions::kNoArrival);
  apply_table_rows();
}

// A tick that lies before its own arrival says: from then until that arrival nothing was read.
void IngestStage::note_tick(int64_t now_ms, int64_t arrival_ms) {
  if (arrival_ms != OfferOptions::kNoArrival && now_ms < arrival_ms) {
    clocks_.on_pause(now_ms, arrival_ms);
    if (right_clocks_) right_clocks_->on_pause(now_ms, arrival_ms);
    return;
  }
  clocks_.on_tick(now_ms);
  if (right_clocks_) right_clocks_->on_tick(now_ms);
  note_clocks();
  timeline_->ticks.push_back({position_, now_ms});
}

OfferResult IngestStage::offer(std::string_view line, const OfferOptions& options) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  take_position();
  ++counters_.lines;
  WorkedScope working(position_, position_);
  result_ = {};
  const event::LineKind& kind = decoder_.parse(line);
  if (kind.kind == event::LineKind::kEvent) event(kind, line, options);
  else if (kind.kind == event::LineKind::kBroken) reject({}, -1, kind.reason, line);
  else if (kind.kind != event::LineKind::kBlank) control(kind, line, options);
  if (lines_in_batch_ >= pipeline_->batch_lines()) cut();
  apply_table_rows();
  return std::move(result_);
}

void IngestStage::offer_broken(std::string_view first_bytes, std::string_view reason) {
  take_position();
  ++counters_.lines;
  reject({}, -1, std::string(reason), first_bytes);
  if (lines_in_batch_ >= pipeline_->batch_lines()) cut();
}

// Several of one position, of streams that share its line, stay in the order in which they were made.
void IngestStage::give(OutRecord record) {
  given_ = {position_, kNoTime, 0, {}, given_.position == position_ ? given_.ordinal + 1 : 0};
  record.label = given_;
  batch_.records.push_back(std::move(record));
}

void IngestStage::tell_settled(std::string_view limit, std::string_view message) {
  take_position();
  OutRecord record;
  record.channel = Channel::kLimits;
  if (options_.want[static_cast<int>(Channel::kLimits)]) {
    record.tail = ",\"limit\":";
    event::append_json_string(base::to_utf8(limit), &record.tail);
    record.tail += ",\"message\":";
    event::append_json_string(base::to_utf8(message), &record.tail);
  }
  give(std::move(record));
  cut();
}

void IngestStage::control(const event::LineKind& kind, std::string_view line, const OfferOptions& options) {
  auto only_recorded = [&](std::string_view name) {
    reject({}, -1, "`" + std::string(name) + "` is for recorded streams, only the journal may say it", line);
  };
  switch (kind.kind) {
    case event::LineKind::kAt:
      if (options.client) return only_recorded("_at");
      arrival_ = kind.time;
      return;
    case event::LineKind::kTick:
      if (options.client) return only_recorded("_tick");
      return note_tick(kind.time, options.arrival_ms != OfferOptions::kNoArrival ? options.arrival_ms : arrival_);
    case event::LineKind::kRecorded: return only_recorded(kind.name);
    case event::LineKind::kEnd: {
      if (kind.stream != "*") return reject(kind.stream, -1, "`_end` is for all streams: {\"_end\":{\"stream\":\"*\"}}", line);
      give_back_position();  // the end takes it
      return end();
    }
    default: return assert_watermark(kind, line, options);
  }
}

void IngestStage::assert_watermark(const event::LineKind& kind, std::string_view line, const OfferOptions& options) {
  int node = -1;
  if (kind.stream != "*") {
    auto at = by_name_.find(kind.stream);
    if (at == by_name_.end()) return reject(kind.stream, -1, "`_watermark` names a stream that is not declared: " + std::string(kind.stream), line);
    node = at->second;
  }
  const int64_t arrival = arrival_of(options);
  const std::vector<int> meant = node >= 0 ? std::vector<int>{node} : topology_.sources;
  bool right = true;
  for (int each : meant) {
    const bool bounded = options_.semantics >= 2 && arrival != OfferOptions::kNoArrival;
    if (bounded && kind.time > arrival && kind.time - arrival > ahead_of(each)) return reject(plan_.nodes[each].name, each, too_far_ahead("`_watermark`", ahead_of(each)), line);
    right &= is_right(each, kind.time, arrival);
  }
  if (!right) {
    change_far(options, [&](ClockSet* clocks) { clocks->on_assert(node, kind.time); });
  } else {
    clocks_.on_assert(node, kind.time);
    if (right_clocks_) right_clocks_->on_assert(node, kind.time);
  }
  note_clocks();
}

void IngestStage::event(const event::LineKind& kind, std::string_view line, const OfferOptions& options) {
  taken_.clear();
  if (!route(kind, line, options)) return;
  // First all streams meet the clocks as they were before the line, then the line moves them.
  for (auto& [node, row] : taken_) {
    ++counters_.events;
    ++sources_[node].events;
    dropped_by_.clear();
    flow_.push(node, const_cast<event::Row*>(row), 0, false, this);
    if (!dropped_by_.empty()) late(node, *row);
  }
  for (auto& [node, row] : taken_) advance(node, *row, options);
  note_clocks();
}

// Finds the streams that the line belongs to and decodes their rows. False if there are none.
bool IngestStage::route(const event::LineKind& kind, std::string_view line, const OfferOptions& options) {
  std::string_view name = kind.has_stream ? kind.stream : options.stream;
  auto table = name.empty() ? tables_by_name_.end() : tables_by_name_.find(name);
  if (table != tables_by_name_.end()) {
    table_line(table->second, kind, line);
    return false;
  }
  if (kind.is_delete) {
    reject(name, -1, "`_delete` is for rows of tables", line);
    return false;
  }
  if (!name.empty() || kind.has_stream) {
    auto at = by_name_.find(name);
    if (at == by_name_.end()) {
      const std::string& near = names_.nearest_to(name);
      reject(name, -1, "stream " + std::string(name) + " is not declared" + (near.empty() ? "" : "; did you mean " + near + "?"), line);
      return false;
    }
    take(at->second, line, options);
  } else if (topology_.sources.size() == 1 && !any_when_) {
    take(topology_.sources.front(), line, options);
  } else if (any_when_) {
    bool any = false;
    for (int node : topology_.sources)
      if (takes(node)) {
        any = true;
        take(node, line, options);
      }
    if (!any) ++counters_.unrouted;
  } else {
    const char* why = topology_.sources.empty() ? "no stream is declared" : "the line does not say its `_stream`, and more than one stream is declared";
    reject({}, -1, why, line);
  }
  return !taken_.empty();
}

bool IngestStage::takes(int node) {
  Source& s = sources_[node];
  if (!s.when) return false;
  const plan::Node& n = plan_.nodes[node];
  int64_t time = 0;
  if (!decoder_.decode(n.schema, -1, &n.source.when_fields, &s.builder, &time).empty()) return false;
  arena_.reset();
  context_.row = s.builder.finish(0, position_);
  return s.when->holds(context_);
}

void IngestStage::take(int node, std::string_view line, const OfferOptions& options) {
  const plan::Node& n = plan_.nodes[node];
  const int64_t arrival = arrival_of(options);
  int64_t time = 0;
  std::string reason = decoder_.decode(n.schema, n.source.time_field, nullptr, &sources_[node].builder, &time);
  if (reason.empty() && n.source.time_field < 0) {
    if (arrival == OfferOptions::kNoArrival) reason = "the stream has no `time`, and the arrival of the line is not known (replay: --arrival 1ms)";
    time = arrival;
  }
  if (reason.empty() && arrival != OfferOptions::kNoArrival && time > arrival && time - arrival > ahead_of(node)) reason = too_far_ahead("its time", ahead_of(node));
  if (!reason.empty()) return reject(n.name, node, std::move(reason), line);
  taken_.emplace_back(node, sources_[node].builder.finish(time, position_));
}

std::string_view IngestStage::by_value(int node, const event::Row& row, const OfferOptions& options) {
  int field = plan_.nodes[node].source.watermark.by_field;
  if (field == plan::kByProducer) return options.producer;
  if (field == plan::kByPartition) return decoder_.member_text("_partition");
  text_.clear();
  state::append_key(row.get(field, plan_.nodes[node].schema.fields[field].type), &text_);
  return text_;
}

void IngestStage::advance(int node, const event::Row& row, const OfferOptions& options) {
  const plan::Source& source = plan_.nodes[node].source;
  bool punctuates = false;
  if (sources_[node].punctuation) {
    arena_.reset();
    context_.row = &row;
    const_cast<event::Row&>(row).input = 0;
    punctuates = sources_[node].punctuation->holds(context_);
  }
  std::string_view value;
  if (source.watermark.by_field != -1) value = by_value(node, row, options);
  const int64_t arrival = arrival_of(options);
  if (!is_right(node, row.time, arrival)) {
    change_far(options, [&](ClockSet* clocks) { clocks->on_event(node, row.time, value, punctuates); });
  } else {
    clocks_.on_event(node, row.time, value, punctuates);
    if (right_clocks_) right_clocks_->on_event(node, row.time, value, punctuates);
  }
  if (arrival == OfferOptions::kNoArrival) return;
  last_arrival_ = arrival;
  clocks_.on_arrival(node, arrival);
  if (right_clocks_) right_clocks_->on_arrival(node, arrival);
}

// Windows and window joins take a late row as long as one of its windows is kept; count and global windows take any.
bool IngestStage::takes_late(const plan::Lane& lane, int64_t time, int64_t clock) const {
  if (lane.kind == plan::LaneKind::kWindow) return operators::takes(*plan_.nodes[lane.node].window, time, clock);
  if (lane.kind == plan::LaneKind::kJoin) return operators::takes_join(*plan_.nodes[lane.node].join, time, clock);
  return false;
}

void IngestStage::to_table(int table, const event::Row& row, uint32_t route) { table_rows_.emplace_back(table, row, event::Label{position_, 0, 0, {}, 0}, route); }

// A row of the stream that the table is made from, as the table keeps it. Valid until the next call.
const event::Row& IngestStage::row_of_table(int table, const event::Row& row) {
  const plan::Table& t = plan_.tables[table];
  const event::Schema& from = plan_.nodes[t.stream].schema;
  table_builder_.start(static_cast<uint16_t>(t.schema.fields.size()));
  for (size_t i = 0; i < t.stream_slots.size(); ++i)
    table_builder_.set(i, row.get(t.stream_slots[i], from.fields[t.stream_slots[i]].type));
  return *table_builder_.finish(row.time, row.position);
}

// A line for a table. Nothing is decided at its own position: all others see it from there on.
void IngestStage::table_line(int table, const event::LineKind& kind, std::string_view line) {
  const plan::Table& t = plan_.tables[table];
  int64_t time = 0;
  std::string reason = decoder_.decode(t.schema, -1, kind.is_delete ? &t.key : nullptr, &table_builder_, &time);
  if (!reason.empty()) return reject(t.name, -1, std::move(reason), line);
  if (!tables_->apply(table, *table_builder_.finish(0, position_), kind.is_delete, position_))
    reject(t.name, -1, "a row of a table needs all of its key fields", line);
  bound_table_rows();
}

// Rows that the line brought for tables are seen from the next position on. They come in the order in which any reader meets its rows.
void IngestStage::apply_table_rows() {
  if (!tables_of_operators_ && table_rows_.empty()) return;
  if (tables_of_operators_) {
    cut();
    pipeline_->settle();
    pipeline_->take_table_rows(&table_rows_);
  }
  std::stable_sort(table_rows_.begin(), table_rows_.end(), [](const TableRow& a, const TableRow& b) { return arrives_before(a.origin(), b.origin()); });
  for (const TableRow& made : table_rows_) tables_->put_latest(made.table, row_of_table(made.table, made.row()), position_ + 1);
  table_rows_.clear();
  bound_table_rows();
}

// What shards that are behind may still look up is kept for them; not more than so much.
void IngestStage::bound_table_rows() {
  if (tables_->retired_bytes() <= kRetiredBytesMost) return;
  cut();
  pipeline_->settle();
  tables_->forget(timeline_->number);
}

void IngestStage::to_lane(int lane, const event::Row& row, uint32_t route) {
  const plan::Lane& l = topology_.lanes[lane];
  int64_t clock = clocks_.clock(l.clock);
  if (row.time < clock && !takes_late(l, row.time, clock)) {
    if (dropped_by_.empty() || clock < dropped_watermark_) dropped_watermark_ = clock;
    if (l.node >= 0) dropped_by_.push_back(l.node);
    else dropped_by_.insert(dropped_by_.end(), l.patterns.begin(), l.patterns.end());
    return;
  }
  int shard = 0;
  if (options_.shards > 1) {
    key_.clear();
    state::encode_key(row, l.inputs[row.input].key, l.key_types, &key_);
    shard = state::shard_of(state::key_hash(key_), options_.shards);
  }
  batch_.rows[shard].push(writers_[shard].copy(row, static_cast<uint32_t>(lane), route));
}

void IngestStage::to_view(int node, const event::Row& row, uint32_t route) {
  OutRecord record;
  const event::Label of_line{position_, 0, 0, {}, 0};
  write_view(plan_, node, {row, of_line, route}, &record);
  batch_.records.push_back(std::move(record));
}

// One record per event, with the names of all that dropped it and the least of their watermarks.
void IngestStage::late(int node, const event::Row& row) {
  ++counters_.late;
  ++sources_[node].late;
  OutRecord record;
  record.channel = Channel::kLate;
  record.node = node;
  if (options_.want[static_cast<int>(Channel::kLate)]) {
    std::sort(dropped_by_.begin(), dropped_by_.end());
    dropped_by_.erase(std::unique(dropped_by_.begin(), dropped_by_.end()), dropped_by_.end());
    record.head = ",\"stream\":";
    event::append_json_string(plan_.nodes[node].name, &record.head);
    record.tail = ",\"event\":";
    event::append_row_json(plan_.nodes[node].schema, row, &record.tail);
    record.tail += ",\"watermark\":\"";
    base::append_rfc3339(dropped_watermark_, &record.tail);
    record.tail += "\",\"dropped_by\":[";
    for (size_t i = 0; i < dropped_by_.size(); ++i) {
      if (i) record.tail += ',';
      event::append_json_string(plan_.nodes[dropped_by_[i]].name, &record.tail);
    }
    record.tail += ']';
  }
  give(std::move(record));
}

void IngestStage::reject(std::string_view stream, int node, std::string reason, std::string_view line) {
  constexpr size_t kLineKept = 4096;
  ++counters_.rejected;
  if (node >= 0) ++sources_[node].rejected;
  OutRecord record;
  record.channel = Channel::kRejects;
  record.node = node;
  if (options_.want[static_cast<int>(Channel::kRejects)]) {
    if (!stream.empty()) {
      record.head = ",\"stream\":";
      event::append_json_string(base::to_utf8(stream), &record.head);
    }
    record.tail = ",\"reason\":";
    event::append_json_string(base::to_utf8(reason), &record.tail);
    record.tail += ",\"line\":";
    event::append_json_string(base::to_utf8(line.substr(0, kLineKept)), &record.tail);
  }
  give(std::move(record));
  if (!result_.rejected) result_ = {true, std::move(reason)};
}

}  // namespace cep::runtime

// A lane of patterns (lane_state.h). The work on a row: predicates once, then only the patterns that the row can begin or that live for its key.
#include <algorithm>

#include "base/check.h"
#include "operators/pattern/run_codec.h"
#include "runtime/due_rows.h"
#include "runtime/key_table.h"
#include "runtime/lane_codec.h"
#include "runtime/lane_state.h"
#include "runtime/match_writer.h"
#include "runtime/predicate_set.h"

namespace cep::runtime {
namespace {

class PatternLane;

// One pattern in the lane: the sink of its evaluator.
class PatternSlot : public operators::MatchSink {
 public:
  PatternSlot(PatternLane* lane, const plan::Plan& plan, int node, int slot, bool read, const LaneOptions& options);

  void on_match(uint32_t key, const operators::Match& match, int64_t end, int64_t release) override;
  void on_timeout(uint32_t key, const operators::Match& partial, int64_t end) override;
  void on_limit(uint32_t key, operators::LimitKind kind, uint64_t dropped, int64_t time) override;
  void on_idle(uint32_t key) override;
  // To be called when the evaluator has done with an event or a moment: says how many records were cut there.
  void tell_cuts();

  void rebind(const LanePlace& place, int node, int slot);

  int node() const { return node_; }
  const plan::PatternNode& pattern() const { return pattern_; }
  operators::Evaluator& evaluator() { return *evaluator_; }
  const operators::Evaluator& evaluator() const { return *evaluator_; }
  uint64_t faults() const { return writer_.faults(); }

  // Its automaton, its numbers and those of the lane; not its keys.
  void save(uint64_t sequence, state::StateWriter* out) const;
  Status load(const state::StateReader& in, uint64_t* sequence);
  const operators::SavedAutomaton& saved() const { return saved_; }

 private:
  event::Label label(uint32_t key, int64_t time);
  void limit_record(std::string_view limit, uint64_t dropped, event::Label label);
  void send(OutRecord record);

  PatternLane* lane_;
  const plan::PatternNode& pattern_;
  int node_;
  int slot_;
  bool read_;                 // some operator reads the pattern's stream
  MatchWriter writer_;
  std::unique_ptr<operators::Evaluator> evaluator_;
  uint64_t ordinal_ = 0;      // rises with every record: the order among those of one key and position
  uint64_t cuts_ = 0;         // records of one key that the limit has cut at this event or moment
  event::Label cut_label_;    // of the last of them
  operators::SavedAutomaton saved_;  // of the state that was loaded
};

class PatternLane : public LaneState {
 public:
  PatternLane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options, BlockPool* pool)
      : lane_(&topology.lanes[lane]), pool_(pool), codec_(plan, *lane_), rows_(pool), tables_(options.tables) {
    predicates_.set_tables(options.tables);
    for (size_t i = 0; i < lane_->patterns.size(); ++i) {
      int node = lane_->patterns[i];
      predicates_.add(*plan.nodes[node].pattern);
      slots_.push_back(std::make_unique<PatternSlot>(this, plan, node, static_cast<int>(i), topology.readers[node].any(), options));
    }
    for (const plan::Input& input : lane_->inputs) key_slots_.push_back(input.key);
    deadlines_.assign(slots_.size(), kEndOfTime);
  }

  void rebind(const LanePlace& place) override;
  void push(WaitingRow* row) override { rows_.push(row); }
  void take_spilled(std::unique_ptr<RowMerge> rows) override { rows_.take_spilled(std::move(rows)); }
  void work(const Timeline& timeline, LaneSink* sink) override;
  LaneStats stats() const override;
  void save(state::StateWriter* out) const override;
  Status load(const state::StateReader& in) override;

 private:
  friend class PatternSlot;
  void work_row(const event::Row& row);
  void process(int slot, uint32_t key, const event::Row& row);
  void expire(int64_t time);
  void refresh_deadline(int slot);
  void refresh_deadlines();
  uint32_t key_number(std::string_view key);
  void renumber_slots(const std::vector<int>& slot_now);
  // The position that decides what happens now: a row's own or that of the moment.
  uint64_t decided(int64_t time) { return std::max(row_position_, cursor_->position_of(time)); }

  const plan::Lane* lane_;
  BlockPool* pool_;
  LaneCodec codec_;
  DueRows rows_;
  const expr::Tables* tables_;
  KeyTable keys_;
  std::vector<std::vector<int>> live_;       // by key: slots that live for it, sorted
  PredicateSet predicates_;
  uint64_t faults_before_ = 0;               // of sets of predicates that are no more
  std::vector<std::unique_ptr<PatternSlot>> slots_;
  std::vector<std::vector<uint16_t>> key_slots_;  // by input
  std::vector<int64_t> deadlines_;           // by slot
  int64_t deadline_ = kEndOfTime;            // the least of them
  uint32_t busy_key_ = KeyTable::kNone;      // of the row being worked: keeps its number till all patterns have seen the row
  uint64_t sequence_ = 0;                    // of rows
  std::string key_;
  std::vector<int> visit_;
  LaneSink* sink_ = nullptr;
  TimelineCursor* cursor_ = nullptr;
  uint64_t row_position_ = 0;                // of the row being worked; 0 while time works
};

PatternSlot::PatternSlot(PatternLane* lane, const plan::Plan& plan, int node, int slot, bool read, const LaneOptions& options)
    : lane_(lane),
      pattern_(*plan.nodes[node].pattern),
      node_(node),
      slot_(slot),
      read_(read),
      writer_(plan, node, writer_options(options, read)),
      evaluator_(operators::make_run_evaluator(pattern_, options.limits, options.tables)) {}

void PatternSlot::rebind(const LanePlace& place, int node, int slot) {
  node_ = node;
  slot_ = slot;
  read_ = place.topology->readers[node].any();
  writer_.rebind(node, writer_options(*place.options, read_));
  evaluator_->set_limits(place.options->limits);
}

event::Label PatternSlot::label(uint32_t key, int64_t time) {
  return {lane_->decided(time), time, static_cast<uint32_t>(node_) + 1, lane_->keys_.bytes(key), ordinal_++};
}

void PatternSlot::on_match(uint32_t key, const operators::Match& match, int64_t end, int64_t release) {
  const std::string& bytes = lane_->keys_.bytes(key);
  OutRecord record;
  bool due = writer_.write_match(match, bytes, end, &record);
  if (!due && !read_) return;
  record.label = label(key, release);
  if (read_) lane_->sink_->row(node_, writer_.write_row(match, bytes, end, release, record.label.position), &record.label);
  if (due) send(std::move(record));
}

void PatternSlot::send(OutRecord record) {
  if (record.cut && record.channel != Channel::kStreams) {
    if (cuts_ > 0 && cut_label_.key != record.label.key) tell_cuts();
    ++cuts_;
    cut_label_ = record.label;
  }
  lane_->sink_->record(std::move(record));
}

void PatternSlot::tell_cuts() {
  if (cuts_ == 0) return;
  cut_label_.ordinal = ordinal_++;
  limit_record("record", cuts_, std::move(cut_label_));
  cuts_ = 0;
}

void PatternSlot::on_timeout(uint32_t key, const operators::Match& partial, int64_t end) {
  OutRecord record;
  if (!writer_.write_timeout(partial, lane_->keys_.bytes(key), end, &record)) return;
  record.label = label(key, end);
  send(std::move(record));
}

void PatternSlot::on_limit(uint32_t key, operators::LimitKind kind, uint64_t dropped, int64_t time) {
  limit_record(kind == operators::LimitKind::kRunsPerKey ? "runs_per_key" : "matches_per_event", dropped, label(key, time));
}

void PatternSlot::limit_record(std::string_view limit, uint64_t dropped, event::Label label) {
  OutRecord record;
  if (!writer_.write_limit(limit, dropped, label.key, label.time, &record)) return;
  record.label = std::move(label);
  lane_->sink_->record(std::move(record));
}

void PatternSlot::on_idle(uint32_t key) {
  std::vector<int>& live = lane_->live_[key];
  auto at = std::lower_bound(live.begin(), live.end(), slot_);
  if (at != live.end() && *at == slot_) live.erase(at);
  if (live.empty() && key != lane_->busy_key_) lane_->keys_.remove(key);
}

void PatternLane::rebind(const LanePlace& place) {
  lane_ = &place.topology->lanes[place.lane];
  pool_ = place.pool;
  rows_.go_on(place.pool, *place.node_now);
  std::vector<std::unique_ptr<PatternSlot>> kept;
  std::vector<int> slot_now(slots_.size(), -1);
  for (size_t s = 0; s < slots_.size(); ++s) {
    const int node = (*place.node_now)[slots_[s]->node()];
    if (node < 0) continue;
    slot_now[s] = static_cast<int>(kept.size());
    slots_[s]->rebind(place, node, slot_now[s]);
    kept.push_back(std::move(slots_[s]));
  }
  CEP_CHECK(kept.size() == lane_->patterns.size());
  slots_ = std::move(kept);
  if (slots_.size() < slot_now.size()) renumber_slots(slot_now);
}

// Some patterns are gone: what is kept by slot loses theirs.
void PatternLane::renumber_slots(const std::vector<int>& slot_now) {
  faults_before_ += predicates_.faults();
  predicates_ = PredicateSet();
  predicates_.set_tables(tables_);
  for (const auto& slot : slots_) predicates_.add(slot->pattern());
  for (size_t key = 0; key < live_.size(); ++key) {
    std::vector<int>& live = live_[key];
    if (live.empty()) continue;  // the number stands for no key
    std::vector<int> left;
    for (int slot : live)
      if (slot_now[slot] >= 0) left.push_back(slot_now[slot]);
    live = std::move(left);
    if (live.empty()) keys_.remove(static_cast<uint32_t>(key));
  }
  refresh_deadlines();
}

void PatternLane::refresh_deadlines() {
  deadlines_.assign(slots_.size(), kEndOfTime);
  for (size_t s = 0; s < slots_.size(); ++s) deadlines_[s] = slots_[s]->evaluator().next_deadline();
  deadline_ = slots_.empty() ? kEndOfTime : *std::min_element(deadlines_.begin(), deadlines_.end());
}

void PatternLane::refresh_deadline(int slot) {
  int64_t d = slots_[slot]->evaluator().next_deadline();
  if (d == deadlines_[slot]) return;
  bool was_least = deadlines_[slot] == deadline_;
  deadlines_[slot] = d;
  if (d <= deadline_) deadline_ = d;
  else if (was_least) deadline_ = *std::min_element(deadlines_.begin(), deadlines_.end());
}

void PatternLane::expire(int64_t time) {
  row_position_ = 0;
  if (sees_tables()) see_tables_at(decided(time));
  for (size_t s = 0; s < slots_.size(); ++s) {
    if (deadlines_[s] > time) continue;
    slots_[s]->evaluator().expire(time, slots_[s].get());
    slots_[s]->tell_cuts();
    refresh_deadline(static_cast<int>(s));
  }
}

void PatternLane::process(int slot, uint32_t key, const event::Row& row) {
  PatternSlot& s = *slots_[slot];
  bool live = s.evaluator().process(key, row, sequence_, predicates_.bits_of(slot), &s);
  s.tell_cuts();
  if (live) {
    std::vector<int>& list = live_[key];
    auto at = std::lower_bound(list.begin(), list.end(), slot);
    if (at == list.end() || *at != slot) list.insert(at, slot);
  }
  refresh_deadline(slot);
}

// Of a key that may be new.
uint32_t PatternLane::key_number(std::string_view key) {
  uint32_t id = keys_.find(key);
  if (id == KeyTable::kNone) id = keys_.add(key);
  if (live_.size() <= id) live_.resize(id + 1);
  return id;
}

void PatternLane::work_row(const event::Row& row) {
  row_position_ = row.position;
  if (sees_tables()) see_tables_at(decided(row.time));
  predicates_.evaluate(row);
  const std::vector<int>& begins = predicates_.candidates();
  key_.clear();
  state::encode_key(row, key_slots_[row.input], lane_->key_types, &key_);
  uint32_t key = keys_.find(key_);
  if (key == KeyTable::kNone && begins.empty()) return;
  ++sequence_;
  if (key == KeyTable::kNone) key = key_number(key_);
  busy_key_ = key;
  visit_.clear();
  std::set_union(begins.begin(), begins.end(), live_[key].begin(), live_[key].end(), std::back_inserter(visit_));
  for (int slot : visit_) process(slot, key, row);
  busy_key_ = KeyTable::kNone;
  if (live_[key].empty()) keys_.remove(key);
}

void PatternLane::work(const Timeline& timeline, LaneSink* sink) {
  TimelineCursor cursor(timeline, lane_->clock);
  cursor_ = &cursor;
  sink_ = sink;
  int64_t reached = timeline.end ? kEndOfTime : timeline.reached[lane_->clock];
  for (;;) {
    const int64_t row_time = rows_.next_time();
    int64_t time = std::min(row_time, deadline_);
    if (time > reached || time == kEndOfTime) break;
    if (deadline_ <= row_time) {
      expire(deadline_);
      continue;
    }
    rows_.begin(cursor.position_of(row_time));
    while (WaitingRow* r = rows_.next()) {
      work_row(r->row());
      release_row(r, pool_);
    }
  }
  rows_.settle();
  keys_.settle();
  constexpr size_t kKeptKeys = 4096;
  if (keys_.size() == 0 && live_.size() > kKeptKeys) {  // a burst of keys is over
    keys_ = KeyTable();
    live_ = {};
  }
  // After an end nothing that has a limit is left; the evaluators may then begin anew at an earlier time.
  if (timeline.end) see_tables_at(timeline.last);
  if (timeline.end)
    for (auto& s : slots_) {
      s->evaluator().expire(kEndOfTime, s.get());
      s->tell_cuts();
    }
}

void PatternSlot::save(uint64_t sequence, state::StateWriter* out) const {
  if (out->shard() == 0) operators::SavedAutomaton::write(pattern_, &out->entry(op_of(node_), state::Part::kAutomaton));
  state::Encoder& numbers = out->entry_of_shard(op_of(node_), state::Part::kShard);
  numbers.number(sequence);
  numbers.number(ordinal_);
}

// What rises from record to record and from row to row goes on from where the furthest shard was: only the order among those of one key counts.
Status PatternSlot::load(const state::StateReader& in, uint64_t* sequence) {
  const Status status = in.one(op_of(node_), state::Part::kAutomaton, [&](state::Decoder* entry) {
    return saved_.read(pattern_, entry) ? Status() : state::damaged(op_of(node_), state::Part::kAutomaton);
  });
  if (!status.ok()) return status;
  return in.each(op_of(node_), state::Part::kShard, [&](std::string_view, state::Decoder* numbers) -> Status {
    *sequence = std::max(*sequence, numbers->number());
    ordinal_ = std::max(ordinal_, numbers->number());
    return {};
  });
}

void PatternLane::save(state::StateWriter* out) const {
  codec_.save_waiting(*lane_, rows_, out);
  for (const auto& slot : slots_) slot->save(sequence_, out);
  for (uint32_t key : keys_.sorted())
    for (int slot : live_[key]) {
      PatternSlot& s = *slots_[slot];
      s.evaluator().save(key, codec_.rows(), &out->entry(op_of(s.node()), state::Part::kRuns, keys_.bytes(key)));
    }
}

Status PatternLane::load(const state::StateReader& in) {
  Status status = codec_.load_waiting(*lane_, in, pool_, &rows_);
  for (size_t slot = 0; slot < slots_.size() && status.ok(); ++slot) {
    PatternSlot& s = *slots_[slot];
    status = s.load(in, &sequence_);
    if (!status.ok()) break;
    status = in.each(op_of(s.node()), state::Part::kRuns, [&](std::string_view bytes, state::Decoder* entry) -> Status {
      const uint32_t key = key_number(bytes);
      live_[key].push_back(static_cast<int>(slot));
      return s.evaluator().load(key, s.saved(), codec_.rows(), entry) ? Status() : state::damaged(op_of(s.node()), state::Part::kRuns);
    });
  }
  refresh_deadlines();
  return status;
}

LaneStats PatternLane::stats() const {
  LaneStats out;
  out.waiting = rows_.waiting();
  out.bytes = rows_.bytes() + keys_.memory() + live_.capacity() * sizeof(live_[0]);
  out.faults = faults_before_ + predicates_.faults();
  out.keys = keys_.size();
  for (const auto& s : slots_) {
    operators::Evaluator::Stats e = s->evaluator().stats();
    out.runs += e.runs + e.held;
    out.bytes += e.bytes;
    out.faults += s->faults();
  }
  return out;
}

}  // namespace

std::unique_ptr<LaneState> make_pattern_lane(const plan::Plan& plan, const plan::Topology& topology, int lane, const LaneOptions& options,
                                             BlockPool* pool) {
  return std::make_unique<PatternLane>(plan, topology, lane, options, pool);
}

}  // namespace cep::runtime

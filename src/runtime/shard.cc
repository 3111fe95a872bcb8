#include "runtime/shard.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "base/fault.h"
#include "event/line_decoder.h"
#include "state/key_codec.h"
#include "runtime/view_record.h"
#include "runtime/worked_range.h"

namespace cep::runtime {
namespace {

// base/fault.h: fails if a tick or row of the position is worked here.
void crash_at(uint64_t position, const Timeline& timeline, const RowList& rows) {
  for (const ClockTick& tick : timeline.ticks) CEP_CHECK(tick.position != position);
  for (const WaitingRow* r : rows.rows) CEP_CHECK(r->row().position != position);
}

}  // namespace

Shard::Shard(const plan::Plan& plan, const plan::Topology& topology, int index, const ShardOptions& options, BlockStore* store, Shard* before)
    : plan_(plan), topology_(topology), index_(index), options_(options), pool_(store), view_(options.tables),
      flow_(plan, topology, options.lanes.want[static_cast<int>(Channel::kStreams)], &view_),
      lanes_of_level_(topology.levels), next_batch_(topology.levels, 0), spill_files_(options.spill), made_(options.shards), spools_(options.shards) {
  for (size_t l = 0; l < topology.lanes.size(); ++l) {
    const int lane = static_cast<int>(l);
    lanes_.push_back(before && topology.lanes[l].from >= 0 ? carry_on(lane, before) : make_lane(lane));
    lanes_of_level_[topology.lanes[l].level].push_back(static_cast<int>(l));
  }
  for (int s = 0; s <= options.shards; ++s) inboxes_.emplace_back(options.channel_bytes);
  for (int s = 0; s < options.shards; ++s) writers_.emplace_back(store);
  outbox_.resize(options.shards);
}

std::unique_ptr<LaneState> Shard::make_lane(int lane) {
  std::unique_ptr<LaneState> made;
  std::unique_ptr<TableView> view = plan_.tables.empty() ? nullptr : std::make_unique<TableView>(options_.tables);
  LaneOptions options = options_.lanes;
  options.tables = view.get();
  switch (topology_.lanes[lane].kind) {
    case plan::LaneKind::kPatterns: made = make_pattern_lane(plan_, topology_, lane, options, &pool_); break;
    case plan::LaneKind::kUnique: made = make_unique_lane(plan_, topology_, lane, &pool_); break;
    case plan::LaneKind::kWindow: made = make_window_lane(plan_, topology_, lane, options, &pool_); break;
    case plan::LaneKind::kRolling: made = make_rolling_lane(plan_, topology_, lane, options, &pool_); break;
    case plan::LaneKind::kJoin: made = make_join_lane(plan_, topology_, lane, options, &pool_); break;
  }
  CEP_CHECK(made != nullptr);
  made->set_made_of(options_.made_of, std::move(view));
  return made;
}

std::unique_ptr<LaneState> Shard::carry_on(int lane, Shard* before) {
  CEP_CHECK(before->arrived_.empty() && before->table_rows_.empty());
  std::unique_ptr<LaneState> state = std::move(before->lanes_[topology_.lanes[lane].from]);
  CEP_CHECK(state != nullptr);
  state->rebind({&topology_, lane, options_.node_now, &options_.lanes, &pool_});
  return state;
}

Shard::~Shard() {
  auto drop = [this](RowList& list) {
    for (WaitingRow* r : list.rows) release_row(r, &pool_);
  };
  for (Arrived& a : arrived_)
    for (RowList& rows : a.rows) drop(rows);
  for (auto& box : outbox_)
    for (Parcel& p : box) drop(p.rows);
  for (ParcelChannel& inbox : inboxes_)
    while (!inbox.empty()) {
      Parcel p = inbox.pop();
      drop(p.rows);
    }
}

bool Shard::run_once() {
  bool did = send();
  if (base::planted(base::Bug::kPushBlocks)) {  // wrong: it stands in the push, and takes a new batch before what others have sent
    if (waits_for_room()) return did;
    did |= receive_ingest() || receive_exchange();
  } else {
    did |= receive_exchange();
    if (!waits_for_room()) did |= receive_ingest();
  }
  for (int level = topology_.levels - 1; level >= 0; --level)
    if (ready(level)) {
      work(level);
      return true;
    }
  return did;
}

bool Shard::send() {
  bool did = false;
  for (size_t s = 0; s < outbox_.size(); ++s)
    while (!outbox_[s].empty() && !peers_[s]->inbox(index_).full()) {
      peers_[s]->inbox(index_).push(std::move(outbox_[s].front()));
      outbox_[s].pop_front();
      did = true;
    }
  return did;
}

bool Shard::waits_for_room() const {
  return std::any_of(outbox_.begin(), outbox_.end(), [](const auto& box) { return !box.empty(); });
}

bool Shard::receive_exchange() {
  bool did = false;
  for (int s = 0; s < options_.shards; ++s)
    if (!inboxes_[s].empty()) {
      accept(inboxes_[s].pop());
      did = true;
    }
  return did;
}

// One batch of ingest at a time: the next one when level 0 is done with the last.
bool Shard::receive_ingest() {
  ParcelChannel& ingest = inboxes_[options_.shards];
  if (ready(0) || ingest.empty() || held_bytes_.load(std::memory_order_acquire) > options_.made_bytes) return false;
  accept(ingest.pop());
  return true;
}

Shard::Arrived& Shard::arrived(uint64_t batch) {
  CEP_CHECK(batch >= arrived_first_);
  while (arrived_first_ + arrived_.size() <= batch) {
    Arrived a;
    a.rows.resize(topology_.levels);
    a.done.resize(topology_.levels + 1);
    a.spilled.resize(topology_.levels);
    arrived_.push_back(std::move(a));
  }
  return arrived_[batch - arrived_first_];
}

void Shard::accept(Parcel parcel) {
  Arrived& a = arrived(parcel.timeline->number);
  a.timeline = parcel.timeline;
  ++a.done[parcel.level + 1];
  for (WaitingRow* r : parcel.rows.rows) a.rows[topology_.lanes[r->lane].level].push(r);
  if (!parcel.spilled) return;
  std::vector<bool> levels(topology_.levels);
  for (const auto& [lane, runs] : parcel.spilled->lanes) levels[topology_.lanes[lane].level] = true;
  for (int level = 0; level < topology_.levels; ++level)
    if (levels[level]) a.spilled[level].push_back(parcel.spilled);
}

// A level can be worked when everybody below is done with the batch: ingest for level 0, all shards for the others.
bool Shard::ready(int level) const {
  uint64_t batch = next_batch_[level];
  if (batch < arrived_first_ || batch >= arrived_first_ + arrived_.size()) return false;
  const Arrived& a = arrived_[batch - arrived_first_];
  if (a.done[0] == 0) return false;
  return level == 0 || a.done[level] == options_.shards;
}

void Shard::work(int level) {
  working_ = next_batch_[level];
  Arrived& a = arrived(working_);
  std::shared_ptr<const Timeline> timeline = a.timeline;
  while (records_first_ + records_.size() <= working_) records_.emplace_back(options_.made_bytes, &spill_files_, records_first_ + records_.size());
  WorkedScope working(timeline->first, timeline->last);
  timeline_ = timeline.get();
  made_bytes_ = 0;
  made_most_ = options_.made_bytes;
  if (const uint64_t crash = base::crash_position("shard"); crash != 0) [[unlikely]] crash_at(crash, *timeline, a.rows[level]);
  const uint64_t fed = feed(level, &a);
  for (int lane : lanes_of_level_[level]) lanes_[lane]->work(*timeline, this);
  ++next_batch_[level];
  if (level + 1 == topology_.levels) last_done_ = timeline->last;
  if (level + 1 < topology_.levels) hand_on(level);
  else
    while (!arrived_.empty() && arrived_first_ < next_batch_[level]) {
      arrived_.pop_front();
      ++arrived_first_;
    }
  pool_.settle();
  if (fed != 0) options_.under_way->fetch_sub(static_cast<int64_t>(fed), std::memory_order_relaxed);
  send();
}

// Gives the lanes of the level their rows. How many bytes.
uint64_t Shard::feed(int level, Arrived* a) {
  uint64_t bytes = a->rows[level].bytes;
  for (WaitingRow* r : a->rows[level].rows) lanes_[r->lane]->push(r);
  a->rows[level] = {};
  if (a->spilled[level].empty()) return bytes;
  for (int lane : lanes_of_level_[level]) {
    std::unique_ptr<RowMerge> merge;
    for (const auto& spilled : a->spilled[level]) {
      const auto at = spilled->lanes.find(static_cast<uint32_t>(lane));
      if (at == spilled->lanes.end()) continue;
      if (!merge) merge = std::make_unique<RowMerge>(RowTurn(topology_.lanes[lane], *a->timeline), static_cast<uint32_t>(lane), pool_.store());
      merge->add(spilled->file, std::move(at->second.runs));
      bytes += at->second.bytes;
    }
    if (merge) lanes_[lane]->take_spilled(std::move(merge));
  }
  a->spilled[level].clear();
  return bytes;
}

// The rows that the level has made, and that it is done.
void Shard::hand_on(int level) {
  int64_t under_way = 0;
  for (int s = 0; s < options_.shards; ++s) {
    std::shared_ptr<SpilledRows> spilled = spools_[s].take();
    under_way += static_cast<int64_t>(made_[s].bytes + (spilled ? spilled->bytes() : 0));
    outbox_[s].push_back({arrived(working_).timeline, level, std::exchange(made_[s], {}), std::move(spilled)});
  }
  if (under_way != 0) options_.under_way->fetch_add(under_way, std::memory_order_relaxed);
}

void Shard::spill_made() {
  for (int s = 0; s < options_.shards; ++s)
    if (!made_[s].rows.empty() && !spools_[s].spill(&made_[s], topology_, *timeline_, &spill_files_, &pool_)) made_most_ = UINT64_MAX;  // no room
  made_bytes_ = 0;
}

void Shard::record(OutRecord record) {
  held_bytes_.fetch_add(bytes_of(record), std::memory_order_relaxed);
  records_[working_ - records_first_].add(std::move(record));
}

void Shard::row(int node, event::Row* row, const event::Label* label) {
  label_ = label;
  decided_ = label->position;
  view_.see_at(decided_);
  flow_.push(node, row, 0, true, this);
}

void Shard::passed(int node, WaitingRow* row, uint64_t decided) {
  label_ = row->label;
  decided_ = decided;
  view_.see_at(decided_);
  flow_.push(node, &row->row(), row->route, true, this);
}

void Shard::to_lane(int lane, const event::Row& row, uint32_t route) {
  const plan::Lane& l = topology_.lanes[lane];
  int shard = 0;
  if (options_.shards > 1) {
    key_.clear();
    state::encode_key(row, l.inputs[row.input].key, l.key_types, &key_);
    shard = state::shard_of(state::key_hash(key_), options_.shards);
  }
  event::Label* label = nullptr;
  if (l.kind == plan::LaneKind::kWindow || l.kind == plan::LaneKind::kJoin) label = new event::Label(arrival_label());
  else if (label_) label = new event::Label(*label_);
  WaitingRow* made = writers_[shard].copy(row, static_cast<uint32_t>(lane), route, label);
  made_[shard].push(made);
  made_bytes_ += RowList::bytes_of(*made);
  if (made_bytes_ > made_most_) spill_made();
}

// Where rows are worked as they come, one that has passed a `unique` comes when it passes.
event::Label Shard::arrival_label() const {
  event::Label label = label_ ? *label_ : event::Label{};
  label.position = decided_;
  return label;
}

void Shard::to_view(int node, const event::Row& row, uint32_t route) {
  OutRecord made;
  const event::Label made_at = arrival_label();
  write_view(plan_, node, {row, made_at, route}, &made);
  record(std::move(made));
}

TableRow::TableRow(int to, const event::Row& row, event::Label from, uint32_t on)
    : label(std::move(from)), route(on), table(to), bytes(row.size / 8) {
  std::memcpy(bytes.data(), &row, row.size);
}

void Shard::to_table(int table, const event::Row& row, uint32_t route) { table_rows_.emplace_back(table, row, arrival_label(), route); }

void Shard::take_table_rows(std::vector<TableRow>* out) {
  std::move(table_rows_.begin(), table_rows_.end(), std::back_inserter(*out));
  table_rows_.clear();
}

GivenRecords Shard::take_records() {
  CEP_CHECK(records_first_ < next_batch_.back());
  GivenRecords out = records_.front().take();
  records_.pop_front();
  ++records_first_;
  return out;
}

void Shard::save(state::StateWriter* out) const {
  CEP_CHECK(arrived_.empty() && table_rows_.empty() && records_.empty());
  out->at_shard(index_);
  for (const auto& lane : lanes_) lane->save(out);
}

Status Shard::load(const state::StateReader& in) {
  const state::StateReader own = in.of_shard(index_, options_.shards);
  for (auto& lane : lanes_)
    if (const Status status = lane->load(own); !status.ok()) return status;
  return {};
}

ShardStats Shard::stats() const {
  ShardStats out;
  out.faults = flow_.faults();
  for (const Arrived& batch : arrived_)
    for (const RowList& rows : batch.rows) out.bytes += rows.bytes;
  for (const ParcelChannel& inbox : inboxes_) out.bytes += inbox.bytes();
  for (const auto& box : outbox_)
    for (const Parcel& parcel : box) out.bytes += parcel.bytes();
  for (const RecordSpool& records : records_) out.bytes += records.memory();
  for (const TableRow& row : table_rows_) out.bytes += sizeof row + 8 * row.bytes.size();
  for (const auto& lane : lanes_) {
    const LaneStats one = lane->stats();
    static_cast<LaneStats&>(out) += one;
    out.lane_bytes.push_back(one.bytes);
  }
  return out;
}

}  // namespace cep::runtime

#include "runtime/pipeline.h"

#include <algorithm>

#include "base/check.h"
#include "runtime/worked_range.h"

namespace cep::runtime {
namespace {

constexpr uint64_t kBatchBytes = 1 << 20;  // of records that a batch should make
constexpr size_t kWaiting = 4;  // batches per shard that may wait for room in its inbox

}  // namespace

Pipeline::Pipeline(std::shared_ptr<const Loaded> loaded, const EngineOptions& options, Engine::Sink sink, Pipeline* before)
    : loaded_(std::move(loaded)), store_(before ? before->store_ : std::make_shared<BlockStore>()), under_way_most_(options.under_way_bytes), after_shard_(options.after_shard), seed_(options.seed),
      random_(before ? before->random_ : options.seed * 0x9e3779b97f4a7c15u + 1), before_release_(options.before_release),
      after_release_(options.after_release), batch_most_(options.batch), batch_lines_(options.batch), sequencer_(*loaded_->plan, loaded_->topology, options, std::move(sink)) {
  if (before) {
    before->drain();
    before->threads_.reset();  // from here on all of it is the caller's
    sequencer_.take_over(&before->sequencer_, loaded_->succession);
    note_counts();
  }
  ShardOptions so;
  so.lanes.limits = options.limits;
  std::copy(std::begin(options.want), std::end(options.want), so.lanes.want);
  so.lanes.test_alerts = options.test_alerts;
  so.tables = &loaded_->tables;
  so.shards = options.shards;
  so.channel_bytes = std::max<uint64_t>(1, options.channel_bytes);
  so.made_bytes = options.made_bytes / static_cast<uint64_t>(options.shards);
  so.spill = {options.spill_dir, options.spill_reserve_bytes, options.wait_for_room};
  so.under_way = &under_way_;
  so.made_of = loaded_;
  so.node_now = &loaded_->succession.node_now;
  std::vector<Shard*> peers;
  for (int s = 0; s < options.shards; ++s) {
    shards_.push_back(std::make_unique<Shard>(*loaded_->plan, loaded_->topology, s, so, store_.get(), before ? before->shards_[s].get() : nullptr));
    peers.push_back(shards_.back().get());
    waiting_.emplace_back();
  }
  for (auto& s : shards_) s->connect(peers);
  if (options.threads) start_threads();
}

void Pipeline::start_threads() {
  const bool in_caller = loaded_->topology.tables_of_operators;
  auto release = [this](BatchRecords all) { release_batch(std::move(all)); };
  std::vector<Shard*> shards;
  for (const auto& s : shards_) shards.push_back(s.get());
  threads_ = std::make_unique<ShardThreads>(std::move(shards), release, after_shard_, &under_way_, under_way_most_, in_caller);
}

Pipeline::~Pipeline() {
  threads_.reset();
  BlockPool pool(store_.get());
  for (auto& parcels : waiting_)
    for (Parcel& parcel : parcels)
      for (WaitingRow* row : parcel.rows.rows) release_row(row, &pool);
}

uint64_t Pipeline::draw() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

void Pipeline::submit(Batch batch) {
  std::vector<Parcel> parcels;
  for (RowList& rows : batch.rows) parcels.push_back({batch.timeline, -1, std::move(rows)});
  BatchRecords given{batch.timeline, {}};
  given.makers.emplace_back();
  for (const OutRecord& r : batch.records) given.makers.front().bytes += bytes_of(r);
  given.makers.front().memory = given.makers.front().bytes;
  given.makers.front().records = std::move(batch.records);
  if (threads_) return threads_->submit(std::move(parcels), std::move(given));
  ++submitted_;
  given_.push_back(std::move(given));
  for (size_t s = 0; s < shards_.size(); ++s) {
    under_way_ += static_cast<int64_t>(parcels[s].rows.bytes);
    waiting_[s].push_back(std::move(parcels[s]));
  }
  if (seed_ == 0) return drain();
  // Leave some work undone, so that batches are under way side by side; but never let more than the channels hold wait.
  for (uint64_t steps = draw() % 8; steps > 0 && step(); --steps) {
  }
  while (std::any_of(waiting_.begin(), waiting_.end(), [](const auto& w) { return w.size() > kWaiting; }))
    if (!step() && !release()) break;
  release();
}

// Lets one shard do one thing: the drawn one or, if it can do nothing, the next that can.
bool Pipeline::step() {
  size_t n = shards_.size();
  size_t first = seed_ == 0 ? 0 : draw() % n;
  for (size_t i = 0; i < n; ++i) {
    size_t s = (first + i) % n;
    ParcelChannel& inbox = shards_[s]->inbox(static_cast<int>(n));
    bool fed = !waiting_[s].empty() && !inbox.full();
    if (fed) {
      inbox.push(std::move(waiting_[s].front()));
      waiting_[s].pop_front();
    }
    if (shards_[s]->run_once() || fed) return true;
  }
  return false;
}

void Pipeline::settle() {
  if (threads_) threads_->settle();
  else drain();
}

uint64_t Pipeline::batches_done() const {
  if (threads_) return threads_->batches_done();
  uint64_t done = submitted_;
  for (const auto& s : shards_) done = std::min(done, s->batches_done());
  return done;
}

void Pipeline::drain() {
  if (threads_) return threads_->drain();
  while (step() || release()) {
  }
  CEP_CHECK(released_ == submitted_);  // else all shards wait for one another
  CEP_CHECK(under_way_ == 0);
}

void Pipeline::take_table_rows(std::vector<TableRow>* out) {
  for (auto& s : shards_) s->take_table_rows(out);
}

// Whether any batch has come out.
bool Pipeline::release() {
  const uint64_t before = released_;
  const uint64_t done = batches_done();
  for (; released_ < done; ++released_) {
    BatchRecords all = std::move(given_.front());
    given_.pop_front();
    for (auto& s : shards_) {
      all.makers.push_back(s->take_records());
      s->released(all.makers.back().bytes);
    }
    release_batch(std::move(all));
  }
  return released_ != before;
}

void Pipeline::release_batch(BatchRecords all) {
  const uint64_t first = all.timeline->first, last = all.timeline->last;
  WorkedScope working(first, last);
  suit_batches(last - first + 1, all.bytes());
  if (before_release_) before_release_(last);
  sequencer_.release(std::move(all.makers), *all.timeline);
  note_counts();
  if (after_release_) after_release_(last);
}

// Of a batch that was worked. No result depends on where a batch ends.
void Pipeline::suit_batches(uint64_t lines, uint64_t bytes) {
  const uint64_t fit = std::max<uint64_t>(1, kBatchBytes * lines / bytes);
  batch_lines_ = static_cast<uint32_t>(std::min<uint64_t>({batch_most_, fit, 2 * uint64_t{batch_lines_}}));
}

void Pipeline::note_counts() {
  for (int c = 0; c < kChannels; ++c) counts_[c].store(sequencer_.count(static_cast<Channel>(c)), std::memory_order_relaxed);
}

void Pipeline::save(state::StateWriter* out) const {
  for (const auto& s : shards_) s->save(out);
  sequencer_.save(out);
}

Status Pipeline::load(const state::StateReader& in) {
  const bool in_threads = threads_ != nullptr;
  threads_.reset();  // for the time being all of it is the caller's
  Status status = sequencer_.load(in);
  for (size_t s = 0; s < shards_.size() && status.ok(); ++s) status = shards_[s]->load(in);
  note_counts();
  if (in_threads) start_threads();
  return status;
}

ShardStats Pipeline::stats() const {
  if (threads_) return threads_->stats();
  ShardStats out;
  for (const auto& s : shards_) out += s->stats();
  for (const auto& parcels : waiting_)
    for (const Parcel& parcel : parcels) out.bytes += parcel.rows.bytes;
  for (const BatchRecords& given : given_) out.bytes += given.memory();
  return out;
}

}  // namespace cep::runtime

#include "runtime/shard_threads.h"

#include <algorithm>

#include "base/check.h"
#include "runtime/cpu_clock.h"
#include "runtime/crash_stack.h"

namespace cep::runtime {

ShardThreads::ShardThreads(std::vector<Shard*> shards, Release release, Worked worked, std::atomic<int64_t>* under_way, uint64_t under_way_bytes,
                           bool in_caller)
    : release_(std::move(release)), worked_(std::move(worked)), under_way_(under_way), under_way_bytes_(static_cast<int64_t>(std::min<uint64_t>(under_way_bytes, INT64_MAX))),
      in_caller_(in_caller) {
  const int n = static_cast<int>(shards.size());
  for (Shard* s : shards) {
    ShardWorker& w = shards_.emplace_back();
    w.shard = s;
    w.index = static_cast<int>(shards_.size()) - 1;
  }
  for (ShardWorker& to : shards_) {
    to.records.wake(&sequencer_.bell, nullptr);
    if (in_caller) continue;
    for (int from = 0; from < n; ++from) to.shard->inbox(from).wake(&to.bell, &shards_[from].bell);
    to.shard->inbox(n).wake(&to.bell, nullptr);
  }
  given_.wake(&sequencer_.bell, nullptr);
  for (ShardWorker& w : shards_)
    if (!in_caller) w.thread = std::thread([this, &w] { run(&w, [this, &w] { return work_shard(&w); }); });
  sequencer_.thread = std::thread([this] { run(&sequencer_, [this] { return release_next(); }); });
}

ShardThreads::~ShardThreads() {
  stop_ = true;
  for (ShardWorker& w : shards_) w.bell.ring();
  sequencer_.bell.ring();
  for (ShardWorker& w : shards_)
    if (w.thread.joinable()) w.thread.join();
  sequencer_.thread.join();
  for (ShardWorker& w : shards_)
    for (int from = 0; from <= static_cast<int>(shards_.size()); ++from) w.shard->inbox(from).wake(nullptr, nullptr);
}

// Works as long as there is work; the gate is open only while it sleeps.
template <class Work>
void ShardThreads::run(Worker* worker, Work work) noexcept {
  const CrashStack crash_stack;
  std::unique_lock gate(worker->gate);
  while (!stop_.load(std::memory_order_relaxed)) {
    const uint64_t seen = worker->bell.rings();
    if (work()) continue;
    gate.unlock();
    if (!stop_) worker->bell.wait(seen);
    gate.lock();
  }
}

bool ShardThreads::work_shard(ShardWorker* w) {
  const bool did = w->shard->run_once();
  if (w->asked.load(std::memory_order_relaxed) && w->asked.exchange(false)) {
    const ShardStats stats = w->shard->stats();
    std::lock_guard lock(w->stats_mutex);
    w->stats = stats;
  }
  uint64_t done = w->done.load(std::memory_order_relaxed);
  if (done == w->shard->batches_done()) return did;
  uint64_t bytes = 0;
  for (; done < w->shard->batches_done(); ++done) {
    BatchRecords made;
    made.makers.push_back(w->shard->take_records());
    bytes += made.bytes();
    under_way_->fetch_add(static_cast<int64_t>(made.bytes()), std::memory_order_relaxed);
    waiting_bytes_.fetch_add(made.memory(), std::memory_order_relaxed);
    w->records.push(std::move(made));
  }
  w->done.store(done, std::memory_order_release);
  if (worked_) tell_worked(w, bytes);
  caller_.ring();
  return did;
}

// In the caller's thread, what it has cost is in what the caller counts.
void ShardThreads::tell_worked(ShardWorker* w, uint64_t bytes) {
  const uint64_t now = in_caller_ ? 0 : thread_cpu_ns();
  worked_(w->index, w->shard->last_done(), now - w->cpu_ns, bytes);
  w->cpu_ns = now;
}

// One batch, if all makers have given theirs.
bool ShardThreads::release_next() {
  if (given_.empty() || std::any_of(shards_.begin(), shards_.end(), [](const ShardWorker& w) { return w.records.empty(); })) return false;
  BatchRecords all = given_.pop();
  uint64_t bytes = all.bytes(), memory = all.memory();
  std::vector<uint64_t> of_shards;
  for (ShardWorker& w : shards_) {
    BatchRecords more = w.records.pop();
    bytes += more.bytes();
    memory += more.memory();
    of_shards.push_back(more.makers.front().bytes);
    all.makers.push_back(std::move(more.makers.front()));
  }
  release_(std::move(all));
  waiting_bytes_.fetch_sub(memory, std::memory_order_relaxed);
  under_way_->fetch_sub(static_cast<int64_t>(bytes), std::memory_order_relaxed);
  released_.fetch_add(1, std::memory_order_release);
  for (size_t s = 0; s < shards_.size(); ++s) {
    if (of_shards[s] == 0) continue;
    shards_[s].shard->released(of_shards[s]);
    shards_[s].bell.ring();
  }
  caller_.ring();
  return true;
}

template <class Condition>
void ShardThreads::wait_until(Condition condition) {
  for (;;) {
    const uint64_t seen = caller_.rings();
    if (condition()) return;
    caller_.wait(seen);
  }
}

void ShardThreads::submit(std::vector<Parcel> parcels, BatchRecords given) {
  // All released and still too much under way cannot be; but then nobody would ring.
  wait_until([this] { return under_way_->load(std::memory_order_relaxed) < under_way_bytes_ || released_.load() == submitted_; });
  ++submitted_;
  int64_t bytes = static_cast<int64_t>(given.bytes());
  for (const Parcel& p : parcels) bytes += static_cast<int64_t>(p.rows.bytes);
  under_way_->fetch_add(bytes, std::memory_order_relaxed);
  waiting_bytes_.fetch_add(given.memory(), std::memory_order_relaxed);
  given_.push(std::move(given));
  const int from = static_cast<int>(shards_.size());
  for (size_t s = 0; s < shards_.size(); ++s) shards_[s].shard->inbox(from).push(std::move(parcels[s]));
  if (in_caller_) work_here();
}

// What stands in the way is at most that records of before have not come out yet.
void ShardThreads::work_here() {
  wait_until([this] {
    for (bool did = true; did;) {
      did = false;
      for (ShardWorker& w : shards_) did |= work_shard(&w);
    }
    return settled();
  });
}

uint64_t ShardThreads::batches_done() const {
  uint64_t done = submitted_;
  for (const ShardWorker& w : shards_) done = std::min(done, w.done.load(std::memory_order_acquire));
  return done;
}

bool ShardThreads::settled() const {
  return std::all_of(shards_.begin(), shards_.end(), [this](const ShardWorker& w) { return w.done.load(std::memory_order_acquire) == submitted_; });
}

void ShardThreads::settle() {
  wait_until([this] { return settled(); });
}

void ShardThreads::drain() {
  wait_until([this] { return released_.load(std::memory_order_acquire) == submitted_ && settled(); });
  CEP_CHECK(under_way_->load() == 0);
}

ShardStats ShardThreads::stats() {
  const bool exact = settled();
  ShardStats out;
  for (ShardWorker& w : shards_) {
    ShardStats one;
    if (exact) {
      std::lock_guard gate(w.gate);
      one = w.shard->stats();
    } else {
      w.asked = true;
      std::lock_guard lock(w.stats_mutex);
      one = w.stats;
    }
    out += one;
  }
  out.bytes += waiting_bytes_.load(std::memory_order_relaxed);
  return out;
}

}  // namespace cep::runtime

// The shards and the sequencer in threads of their own. Shard is the same plain object as under the one-thread scheduler; here a thread lets it run whenever somebody has rung.
//
//   caller ─ rows ─▶ inbox of shard s ─▶ [thread s] ─ records of a batch ─▶ [sequencer's thread] ─ before_release ▸ sink ▸ after_release
//      └──── records of ingest ──────────────────────────────────────────────────▲
//
// What flows back is room alone. Shards wait for nobody: what they make for one another and for the sequencer is bounded by what the caller may have under way, so that the
// sequencer may stand in before_release and shards go on, until more records than ShardOptions::made_bytes have not come out. Only the caller blocks.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/doorbell.h"
#include "runtime/out_record.h"
#include "runtime/shard.h"
#include "runtime/spsc_channel.h"

namespace cep::runtime {

// The records of one batch.
struct BatchRecords {
  std::shared_ptr<const Timeline> timeline;  // of the batch; known from ingest alone
  std::vector<GivenRecords> makers;  // ingest, then the shards; on the way from one of them: its own

  uint64_t bytes() const {
    uint64_t sum = sizeof *this;
    for (const GivenRecords& m : makers) sum += m.bytes;
    return sum;
  }
  uint64_t memory() const {
    uint64_t sum = 0;
    for (const GivenRecords& m : makers) sum += m.memory;
    return sum;
  }
};

// All functions are for one thread, the caller's.
class ShardThreads {
 public:
  // Called in the sequencer's thread for each batch in order, with all of its records.
  using Release = std::function<void(BatchRecords all)>;
  // EngineOptions::after_shard.
  using Worked = std::function<void(int shard, uint64_t position, uint64_t cpu_ns, uint64_t bytes)>;

  // `under_way` counts the bytes of rows on their way (ShardOptions::under_way) and those of records. Starts the threads.
  // `in_caller`: the shards work in submit(), only the sequencer has a thread. For programs whose tables are made from what operators give: there a batch is a line and the next one has to
  // wait for it, and to wake a thread for each line would cost many times the work.
  ShardThreads(std::vector<Shard*> shards, Release release, Worked worked, std::atomic<int64_t>* under_way, uint64_t under_way_bytes, bool in_caller);
  // Ends the threads; what is under way is dropped. Waits for the work in hand, a before_release that blocks included.
  ~ShardThreads();

  // The next batch: one parcel for each shard, and ingest's own records. Waits while more than under_way_bytes is under way.
  void submit(std::vector<Parcel> parcels, BatchRecords given);
  // Until the shards have worked all that was submitted; they are idle then, the sequencer may not be.
  void settle();
  // As many of the first batches as all shards have worked.
  uint64_t batches_done() const;
  // Until everything has been released.
  void drain();

  // Of all shards. Exact when they are idle; else as they were when last asked.
  ShardStats stats();

 private:
  struct Worker {
    Doorbell bell;
    std::mutex gate;     // held while it works
    std::thread thread;
  };
  struct ShardWorker : Worker {
    Shard* shard = nullptr;
    int index = 0;
    SpscChannel<BatchRecords> records{UINT64_MAX};  // to the sequencer; bounded by what is under way
    std::atomic<uint64_t> done{0};          // batches
    uint64_t cpu_ns = 0;                    // of its thread, when it was told last
    std::atomic<bool> asked{false};         // for stats
    std::mutex stats_mutex;
    ShardStats stats;
  };

  template <class Work>
  void run(Worker* worker, Work work) noexcept;
  bool work_shard(ShardWorker* worker);
  void tell_worked(ShardWorker* worker, uint64_t bytes);
  void work_here();
  bool release_next();
  bool settled() const;
  template <class Condition>
  void wait_until(Condition condition);

  Release release_;
  Worked worked_;                           // may be empty
  std::atomic<int64_t>* under_way_;
  const int64_t under_way_bytes_;
  const bool in_caller_;
  std::atomic<bool> stop_{false};
  Doorbell caller_;
  uint64_t submitted_ = 0;
  std::deque<ShardWorker> shards_;
  Worker sequencer_;
  SpscChannel<BatchRecords> given_{UINT64_MAX};     // from ingest to the sequencer
  std::atomic<uint64_t> released_{0};       // batches
  std::atomic<uint64_t> waiting_bytes_{0};  // of records in memory on their way to the sequencer
};

}  // namespace cep::runtime

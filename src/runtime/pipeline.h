// Everything behind ingest: the shards, the order in which they are let run, and the sequencer. Either all runs in the caller's thread, which lets shards run in an
// order drawn from a seed, so that a test can ask for the same bytes under any of them; or each has a thread of its own (shard_threads.h).
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "cep/engine.h"
#include "runtime/loaded.h"
#include "runtime/output_sequencer.h"
#include "runtime/shard.h"
#include "runtime/shard_threads.h"

namespace cep::runtime {

// What ingest gives for one batch of positions.
struct Batch {
  std::shared_ptr<const Timeline> timeline;
  std::vector<RowList> rows;              // by shard
  std::vector<OutRecord> records;         // of ingest itself: rejects, late, live view
};

class Pipeline {
 public:
  // `before`: the pipeline of the program that this one takes the place of: it is drained, its threads end, it gives up its lanes that go on and the numbers of
  // records and is good for nothing afterwards.
  Pipeline(std::shared_ptr<const Loaded> loaded, const EngineOptions& options, Engine::Sink sink, Pipeline* before = nullptr);
  ~Pipeline();  // what is under way is dropped

  // Takes the next batch (numbers 0, 1, …). Records may come out.
  void submit(Batch batch);
  // Until the shards have worked all that was submitted. With threads its records may still have to come out.
  void settle();
  // As many of the first ones as all shards have worked.
  uint64_t batches_done() const;
  // Until all of it has come out.
  void drain();
  // Appends the rows that operators made for tables, in no order. REQUIRES settled.
  void take_table_rows(std::vector<TableRow>* out);

  // How many lines the next batch should have at most: fewer than asked for where the lines before made much, so that their records leave the sooner.
  uint32_t batch_lines() const { return batch_lines_.load(std::memory_order_relaxed); }

  BlockStore* store() { return store_.get(); }
  // With threads, as the shards last said it; exact when all is worked off.
  ShardStats stats() const;
  uint64_t count(Channel c) const { return counts_[static_cast<int>(c)].load(std::memory_order_relaxed); }
  const OutputSequencer& sequencer() const { return sequencer_; }
  // All that shards and sequencer hold. REQUIRES drain(), and that no batch was submitted since.
  void save(state::StateWriter* out) const;
  // REQUIRES that no batch was ever submitted. An error: the state is none that a pipeline of this program saved; the pipeline is of no use then.
  Status load(const state::StateReader& in);
  // REQUIRES drain().
  void renumber(const uint64_t (&next)[kChannels]) {
    sequencer_.renumber(next);
    note_counts();
  }

 private:
  void start_threads();
  bool step();
  bool release();
  uint64_t draw();

  void release_batch(BatchRecords all);
  void note_counts();
  void suit_batches(uint64_t lines, uint64_t bytes);

  std::shared_ptr<const Loaded> loaded_;
  std::shared_ptr<BlockStore> store_;  // outlives the shards; one for all programs, since rows go on from one to the next
  std::atomic<int64_t> under_way_{0};
  const uint64_t under_way_most_;
  const std::function<void(int, uint64_t, uint64_t, uint64_t)> after_shard_;  // EngineOptions::after_shard
  std::vector<std::unique_ptr<Shard>> shards_;
  // Without threads:
  std::vector<std::deque<Parcel>> waiting_;    // by shard: batches for which its inbox had no room
  std::deque<BatchRecords> given_;             // of ingest, by batch not yet released
  uint64_t released_ = 0;   // batches
  uint64_t submitted_ = 0;
  uint64_t seed_;
  uint64_t random_;
  std::function<void(uint64_t)> before_release_, after_release_;
  const uint32_t batch_most_;
  std::atomic<uint32_t> batch_lines_;
  OutputSequencer sequencer_;
  std::atomic<uint64_t> counts_[kChannels] = {};  // of sequencer_, for the caller
  std::unique_ptr<ShardThreads> threads_;         // null: everything runs in the caller's thread
};

}  // namespace cep::runtime

// Everything behind ingest: the shards, the order in which they are let run, and the sequencer. One thread lets shards run in an order drawn from a seed, so that a
// test can ask for the same bytes under any of them.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "cep/engine.h"
#include "runtime/output_sequencer.h"
#include "runtime/shard.h"

namespace cep::runtime {

// What ingest gives for one batch of positions.
struct Batch {
  std::shared_ptr<const Timeline> timeline;
  std::vector<RowList> rows;              // by shard
  std::vector<OutRecord> records;         // of ingest itself: rejects, late, live view
};

class Pipeline {
 public:
  Pipeline(const plan::Plan& plan, const Topology& topology, const EngineOptions& options, const expr::Tables* tables, Engine::Sink sink);

  // Takes the next batch (numbers 0, 1, …). Records may come out.
  void submit(Batch batch);
  // Works off all that was submitted.
  void drain();
  // The rows that operators made for tables, in the order of their labels. REQUIRES all is worked off.
  std::vector<TableRow> take_table_rows();

  BlockStore* store() { return &store_; }
  LaneStats stats() const;
  uint64_t count(Channel c) const { return sequencer_.count(c); }

 private:
  bool step();
  void release();
  uint64_t draw();

  // What ingest gave of one batch besides its rows.
  struct Given {
    uint64_t last = 0;  // position
    std::vector<OutRecord> records;
  };
  void release(Given given);

  BlockStore store_;  // outlives the shards
  std::atomic<int64_t> under_way_{0};
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::deque<Parcel>> waiting_;  // by shard: batches for which its inbox had no room
  std::deque<Given> given_;
  uint64_t released_ = 0;   // batches
  uint64_t submitted_ = 0;
  uint64_t seed_;
  uint64_t random_;
  std::function<void(uint64_t)> before_release_, after_release_;
  OutputSequencer sequencer_;
};

}  // namespace cep::runtime

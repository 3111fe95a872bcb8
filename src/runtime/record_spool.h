// The records that a shard makes in one batch. Beyond a bound they are sorted and written aside (spill_file.h); the sequencer merges what all makers give, one record at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/out_record.h"
#include "runtime/spill_file.h"

namespace cep::runtime {

// In memory, without what an allocator adds.
uint64_t bytes_of(const OutRecord& record);

// What one maker gives for one batch.
struct GivenRecords {
  std::vector<OutRecord> records;   // in the order in which they were made, after all that was spilled
  std::shared_ptr<SpillFile> file;
  std::vector<SpillRun> runs;       // each rising by (label, order of making)
  uint64_t bytes = 0;               // of all of them
  uint64_t memory = 0;              // of `records`
};

class RecordSpool {
 public:
  // Of batch number `batch`. `memory_bytes`: beyond it they are written aside. `files` outlives the spool.
  RecordSpool(uint64_t memory_bytes, SpillFiles* files, uint64_t batch) : memory_bytes_(memory_bytes), files_(files), batch_(batch) {}

  void add(OutRecord record);
  // The spool is good for nothing afterwards.
  GivenRecords take();
  // Of the records that are in memory.
  uint64_t memory() const { return given_.memory; }

 private:
  struct Last {  // of a run
    event::Label label;
    uint64_t order = 0;
  };
  void spill();
  size_t run_for(const event::Label& first);
  bool merge_runs();

  static constexpr size_t kRunsMost = 64;   // so that reading them all at once is cheap

  uint64_t memory_bytes_;
  SpillFiles* files_;
  uint64_t batch_;
  size_t runs_most_ = kRunsMost;   // more where they could not be merged
  GivenRecords given_;
  std::vector<Last> lasts_;     // of given_.runs
  uint64_t made_ = 0;           // of those spilled: their order
};

// All records of a batch by label; of equal labels first those of the maker that was added first, then those made first.
class RecordMerge {
 public:
  explicit RecordMerge(std::vector<GivenRecords> makers);
  // False: there are no more.
  bool next(OutRecord* out);
  // Of the record that came last: its place among the records of its maker; UINT64_MAX if it was never spilled.
  uint64_t order() const { return order_; }

 private:
  struct Source {
    size_t maker = 0;
    std::optional<SpillReader> reader;   // else from memory
    std::vector<OutRecord> records;
    size_t at = 0;
    OutRecord head;
    uint64_t order = UINT64_MAX;
  };
  bool advance(Source* source);
  bool after(size_t a, size_t b) const;

  std::vector<Source> sources_;
  std::vector<size_t> heap_;   // of those that have a head
  uint64_t order_ = 0;
};

}  // namespace cep::runtime

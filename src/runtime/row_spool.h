// Derived rows on their way from one level to the next. What is more than memory should hold is sorted in the order in which its reader meets it, written aside (spill_file.h), and
// merged as it is read. Its place in that order a row has of itself (row_order.h), so that it does not matter where it waited.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/row_order.h"
#include "runtime/rows.h"
#include "runtime/spill_file.h"
#include "runtime/timeline.h"
#include "plan/physical/topology.h"

namespace cep::runtime {

// The order in which a lane meets the rows of a batch. Lane and timeline outlive it.
class RowTurn {
 public:
  RowTurn(const plan::Lane& lane, const Timeline& timeline);
  bool before(const RowOrigin& a, const RowOrigin& b) const;

 private:
  uint64_t decided(int64_t time) const;

  const Timeline* timeline_;
  int clock_;
  bool as_they_come_;
};

// The rows of one lane that one maker has written aside in one batch.
struct LaneRuns {
  std::vector<SpillRun> runs;   // each in the lane's order
  uint64_t bytes = 0;           // as RowList counts them
};
struct SpilledRows {
  std::shared_ptr<SpillFile> file;
  std::map<uint32_t, LaneRuns> lanes;
  uint64_t bytes() const;
};

// Of one maker and level, for one shard.
class RowSpool {
 public:
  // Writes the rows aside and empties the list. False: there is no room, and rows of lanes that could not be written any more are still in the list, in another order.
  bool spill(RowList* rows, const plan::Topology& topology, const Timeline& timeline, SpillFiles* files, BlockPool* pool);
  // What was written; null: nothing. The spool is as new afterwards.
  std::shared_ptr<SpilledRows> take();

 private:
  struct Last {  // of a run
    event::Row row;
    event::Label label;
    uint32_t route = 0;
  };
  size_t run_for(uint32_t lane, const RowTurn& turn, const RowOrigin& first);

  std::shared_ptr<SpilledRows> spilled_;
  std::map<uint32_t, std::vector<Last>> lasts_;   // of the runs
  std::string item_, buffer_;
};

// The rows of one lane and batch that were written aside, one by one.
class RowMerge {
 public:
  RowMerge(const RowTurn& turn, uint32_t lane, BlockStore* store) : turn_(turn), lane_(lane), writer_(store), pool_(store) {}
  ~RowMerge();
  RowMerge(const RowMerge&) = delete;
  RowMerge& operator=(const RowMerge&) = delete;

  void add(const std::shared_ptr<SpillFile>& file, std::vector<SpillRun> runs);
  bool empty() const { return heap_.empty(); }
  // The next row, which take() gives. REQUIRES !empty().
  const WaitingRow& first() const { return *sources_[heap_.front()].head; }
  // The caller owns it and ends it with release_row.
  WaitingRow* take();

 private:
  struct Source {
    SpillReader reader;
    WaitingRow* head = nullptr;
  };
  bool advance(Source* source);
  auto later() {
    return [this](size_t a, size_t b) { return turn_.before(RowOrigin(*sources_[b].head), RowOrigin(*sources_[a].head)); };
  }

  RowTurn turn_;
  uint32_t lane_;
  RowWriter writer_;
  BlockPool pool_;
  std::vector<Source> sources_;
  std::vector<size_t> heap_;      // of those that have a head
  std::vector<uint64_t> row_;     // the bytes of one
};

}  // namespace cep::runtime

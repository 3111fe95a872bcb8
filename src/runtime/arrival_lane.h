// Lanes whose rows are worked in the order in which they come, not sorted by time: windows and joins. At one position first its rows, then what the clock decides there
// then.
#pragma once
#include <memory>
#include <utility>
#include <vector>

#include "runtime/result_lane.h"

namespace cep::runtime {

class ArrivalLane : public ResultLane {
 public:
  void push(WaitingRow* row) final { waiting_.push_back(row); }
  void take_spilled(std::unique_ptr<RowMerge> rows) final { spilled_ = std::move(rows); }
  // Walks the rows and the steps of the lane's clock.
  void work(const Timeline& timeline, LaneSink* sink) final;

 protected:
  using ResultLane::ResultLane;

  // A row; `clock` as it was before it.
  virtual void row(const WaitingRow& waiting, int64_t clock) = 0;
  virtual int64_t next_deadline() const = 0;
  virtual void step(int64_t from, int64_t to) = 0;
  virtual void tick(int64_t now, int64_t clock) = 0;
  uint64_t waiting() const { return waiting_.size(); }

 private:
  // The walk through one batch.
  struct Walk {
    const Timeline& timeline;
    const std::vector<ClockStep>& steps;
    int64_t clock;
    size_t step = 0, tick = 0;   // the next ones
  };
  WaitingRow* next(size_t* at);
  void steps_before(uint64_t position, Walk* walk);
  void all_before(uint64_t position, Walk* walk);

  std::vector<WaitingRow*> waiting_;
  std::unique_ptr<RowMerge> spilled_;   // of the batch
};

}  // namespace cep::runtime

// A set of accumulators whose states follow a window that moves: parts can be merged for some calls only, and
// taken away again.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "expr/aggregates.h"
#include "expr/merging.h"

namespace cep::expr {

class LeftFold;

// The merge, from the oldest to the newest, of the ordered calls of the states in a queue: as merging them one
// after the other into an empty state, to the last bit. Copies what it needs of the states.
class LeftFolds {
 public:
  using State = AggregateSet::State;

  void push(const State& newest);
  void pop();
  // Of these calls, in place of what the state held. REQUIRES that the queue is not empty.
  void write(State* into);
  size_t bytes() const;

 private:
  friend class MovingSet;
  struct Fold {
    size_t offset;
    std::shared_ptr<LeftFold> fold;
  };
  std::vector<Fold> folds_;
};

class MovingSet : public AggregateSet {
 public:
  explicit MovingSet(const std::vector<AggregateCall>& calls);
  ~MovingSet();

  using AggregateSet::clear;
  using AggregateSet::merge;
  // Of the calls whose Merging is in `which`.
  void merge(State* into, const State& from, uint8_t which) const;
  void clear(State* s, uint8_t which) const;
  // As merge; what is left of `from` may only be cleared or destroyed. Costs what the smaller of the two holds.
  void absorb(State* into, State* from) const;
  // Takes away what was merged into the state: of removable calls only.
  void remove(State* from, const State& part) const;
  // Whether there are calls whose Merging is in `which`.
  bool any(uint8_t which) const;
  LeftFolds left_folds() const;

 private:
  struct Part;
  std::vector<Part> parts_;
};

}  // namespace cep::expr

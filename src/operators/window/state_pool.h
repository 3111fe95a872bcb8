// The states of one AggregateSet that a window operator has out, counted, and the merges it has made of them.
#pragma once
#include <cstdint>
#include <vector>

#include "expr/aggregates.h"

namespace cep::operators {

class StatePool {
 public:
  explicit StatePool(const std::vector<expr::AggregateCall>& calls) : set_(calls) {
    for (const expr::AggregateCall& c : calls)
      constant_ &= expr::aggregates()[static_cast<size_t>(c.function)].constant_state;
    State* probe = set_.create();
    unit_bytes_ = set_.bytes(*probe);
    set_.destroy(probe);
  }
  StatePool(const StatePool&) = delete;
  StatePool& operator=(const StatePool&) = delete;

  using State = expr::AggregateSet::State;

  const expr::AggregateSet& set() const { return set_; }
  // Whether every aggregate keeps constant state: then merging two states costs the same whatever they hold.
  bool constant() const { return constant_; }
  // An empty state, to be given back.
  State* take() {
    ++live_;
    return set_.create();
  }
  void give(State* s) {
    if (s == nullptr) return;
    --live_;
    set_.destroy(s);
  }
  void merge(State* into, const State& from) {
    ++merges_;
    set_.merge(into, from);
  }

  uint64_t live() const { return live_; }
  uint64_t merges() const { return merges_; }
  // Bytes of the states that are out, an empty one's each: exact where states are constant.
  uint64_t live_bytes() const { return live_ * unit_bytes_; }

 private:
  expr::AggregateSet set_;
  uint64_t live_ = 0, merges_ = 0;
  size_t unit_bytes_ = 0;
  bool constant_ = true;
};

}  // namespace cep::operators

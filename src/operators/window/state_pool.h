// The states of one AggregateSet that a window operator has out, counted, and the merges it has made of them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expr/moving_set.h"
#include "state/encoder.h"

namespace cep::operators {

class StatePool {
 public:
  explicit StatePool(const std::vector<expr::AggregateCall>& calls) : set_(calls) {
    for (const expr::AggregateCall& c : calls)
      constant_ &= expr::aggregates()[static_cast<size_t>(c.function)].constant_state;
    const uint8_t grouped = set_.any(expr::kGroupedCalls) ? expr::kGroupedCalls : 0;
    stacked_ = constant_ ? expr::kAllCalls : grouped;
    State* probe = set_.create();
    unit_bytes_ = set_.bytes(*probe);
    set_.destroy(probe);
  }
  StatePool(const StatePool&) = delete;
  StatePool& operator=(const StatePool&) = delete;

  using State = expr::AggregateSet::State;

  const expr::MovingSet& set() const { return set_; }
  // Whether every aggregate keeps constant state: then merging two states costs the same whatever they hold.
  bool constant() const { return constant_; }
  // The calls that two stacks merge where a window moves (SlidingFold).
  uint8_t stacked() const { return stacked_; }
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
  void merge(State* into, const State& from, uint8_t which = expr::kAllCalls) {
    ++merges_;
    set_.merge(into, from, which);
  }
  // Takes `from` back.
  void absorb(State* into, State* from) {
    ++merges_;
    set_.absorb(into, from);
    give(from);
  }

  // A state, or that there is none (null).
  void write(const State* s, state::Encoder* out) const {
    std::string bytes;
    if (s != nullptr) set_.encode(*s, &bytes);
    out->text(bytes);
  }
  // What was written, to be given back. Null if it was none, and if it is no state of these calls: then *in is not ok.
  State* read(state::Decoder* in) {
    const std::string_view bytes = in->text();
    if (bytes.empty()) return nullptr;
    State* s = take();
    if (set_.decode(bytes, s)) return s;
    give(s);
    in->fail();
    return nullptr;
  }

  uint64_t live() const { return live_; }
  uint64_t merges() const { return merges_; }
  // Bytes of the states that are out, an empty one's each: exact where states are constant.
  uint64_t live_bytes() const { return live_ * unit_bytes_; }
  // What a state has beyond that.
  uint64_t more_bytes(const State* s) const { return s == nullptr ? 0 : set_.bytes(*s) - unit_bytes_; }

 private:
  expr::MovingSet set_;
  uint64_t live_ = 0, merges_ = 0;
  size_t unit_bytes_ = 0;
  bool constant_ = true;
  uint8_t stacked_ = 0;
};

}  // namespace cep::operators

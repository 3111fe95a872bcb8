// A queue of items, each a state and the least and greatest time of its events, and the merge of all that are
// in it: for `count N every M` and `rolling`. With constant states two stacks: the front part keeps the
// merges from each item to the part's end (made in place, when it runs empty, from what the back part had),
// the back part its items and their running merge; pushing, popping and asking cost a few merges however many
// items there are. Where some aggregates keep more, those that forget have one running merge, out of which an
// item is taken when it goes, and those whose digits show how parts are grouped are folded from the oldest item
// on (LeftFolds); the two stacks do the rest.
#pragma once
#include <cstdint>
#include <vector>

#include "operators/window/state_pool.h"

namespace cep::operators {

class SlidingFold {
 public:
  using State = StatePool::State;

  struct Item {
    int64_t first = 0, last = 0;  // the least and greatest time
    State* state = nullptr;
  };

  bool empty() const { return head_ == items_.size(); }
  size_t size() const { return items_.size() - head_; }
  // Takes the state over.
  void push(Item item, StatePool* pool);
  // REQUIRES !empty(). The greatest time of the oldest item; where it is one event's, its time.
  int64_t front_time() const { return items_[head_].time; }
  void pop(StatePool* pool);
  // The merge of all items; its state is valid until the next call of anything here, and may be `scratch`.
  // REQUIRES !empty().
  Item all(StatePool* pool, State* scratch);
  void clear(StatePool* pool);
  // Its parts as they are merged: how doubles were grouped shows in later digits.
  void write(const StatePool& pool, state::Encoder* out) const;
  // Into an empty one. False if they are no parts.
  bool read(StatePool* pool, state::Decoder* in);
  // Beyond the pool's live_bytes().
  uint64_t bytes(const StatePool& pool) const;

 private:
  // Items [head_, middle_) are the front part: there `state` (what two stacks merge of it) and
  // `least`/`greatest` are of the item and all after it up to middle_; from middle_ on they are the item's own.
  struct Kept {
    int64_t time;  // Item::last of the item itself
    int64_t least, greatest;
    State* state;
  };
  void flip(StatePool* pool);
  void run(StatePool* pool);
  void stop(StatePool* pool);

  std::vector<Kept> items_;
  size_t head_ = 0, middle_ = 0;
  Item back_;  // the merge of the back part; no state while that is empty
  // Without constant states, from the second item on.
  State* running_ = nullptr;
  expr::LeftFolds folds_;
};

}  // namespace cep::operators

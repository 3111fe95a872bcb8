// The slices of one key, shared by all windows over it: each event is added to one. A window's result is made
// of at most two merged runs of slices, kept from firing to firing: slices are grouped into blocks as long as
// a window, at fixed places; a window covers the end of one block and the beginning of the next, and every
// slice keeps, once asked, the merge of its block up to itself (prefix) and from itself on (suffix). So a
// firing in order costs a few merges however many slices a window has (van Herk, Gil and Werman), and what is
// merged with what depends only on where slices are, never on what fired before. Windows of few slices, and
// aggregates without constant state, are merged directly.
#pragma once
#include <cstdint>
#include <vector>

#include "operators/window/state_pool.h"

namespace cep::operators {

class PaneStore {
 public:
  using State = StatePool::State;

  PaneStore() = default;
  PaneStore(PaneStore&& o) noexcept = default;
  PaneStore(const PaneStore&) = delete;
  PaneStore& operator=(const PaneStore&) = delete;
  // clear() must have been called.
  ~PaneStore() = default;

  bool empty() const { return head_ == panes_.size(); }
  int64_t first_slice() const { return panes_[head_].slice; }
  // The slice's state, to add an event to; what was merged of it is forgotten.
  State* touch(int64_t slice, int64_t block, StatePool* pool);
  // The first slice present at or after `slice`; false if there is none.
  bool first_from(int64_t slice, int64_t* found) const;
  // The merge of the slices [from, to), a window's; null if none of them is present. Valid until the next
  // call of anything here. `scratch` is cleared and may be the answer.
  const State* window(int64_t from, int64_t to, StatePool* pool, State* scratch);
  // Forgets the slices before `slice`.
  void drop_before(int64_t slice, StatePool* pool);
  void clear(StatePool* pool);
  uint64_t bytes(const expr::AggregateSet& set) const;

 private:
  struct Pane {
    int64_t slice;
    int64_t block;  // the number of its block
    State* own = nullptr;
    State* prefix = nullptr;                      // of the first slice of the block up to this one
    State* suffix = nullptr;                      // of this slice up to the last of the block
    bool has_prefix = false, has_suffix = false;  // whether they are up to date
  };
  static constexpr int64_t kDirect = 8;  // windows of so few slices are merged directly

  size_t lower_bound(int64_t slice) const;
  void forget_merged(size_t at);
  const State* prefix_of(size_t at, StatePool* pool);
  const State* suffix_of(size_t at, StatePool* pool);
  static void give(Pane* p, StatePool* pool);

  std::vector<Pane> panes_;  // rising; those before head_ are gone
  size_t head_ = 0;
};

}  // namespace cep::operators

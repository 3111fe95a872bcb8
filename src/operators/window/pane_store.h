// The slices of one key, shared by all windows over it: each event is added to one. A window's result is made
// of at most two merged runs of slices, kept from firing to firing: slices are grouped into blocks as long as
// a window, at fixed places; a window covers the end of one block and the beginning of the next, and every
// slice keeps, once asked, the merge of its block up to itself (prefix) and from itself on (suffix). So a
// firing in order costs a few merges however many slices a window has (van Herk, Gil and Werman), and what is
// merged with what depends only on where slices are, never on what fired before. Windows of few slices are
// merged directly. With aggregates without constant state there is one running merge instead, which follows the
// windows that are asked for: slices are taken out of it and put in for those aggregates that allow it, and the
// others are merged directly.
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
  // call of anything here. `scratch` is cleared and may be the answer. `often`: windows are asked for whenever
  // an event comes, not only at their ends.
  const State* window(int64_t from, int64_t to, bool often, StatePool* pool, State* scratch);
  // Merges the slices [from, to), one after the other, for the calls of `which`.
  void merge_panes(int64_t from, int64_t to, uint8_t which, State* into, StatePool* pool) const;
  // The running merge, if the slice is in it: to its removable calls everything is to be added that comes to
  // the slice. Null otherwise.
  State* running_over(int64_t slice) const {
    return running_ != nullptr && running_from_ <= slice && slice < running_to_ ? running_ : nullptr;
  }
  // Forgets the slices before `slice`.
  void drop_before(int64_t slice, StatePool* pool);
  void clear(StatePool* pool);
  // The slices alone: what was merged of them is merged again when it is asked for, to the same bits.
  void write(const StatePool& pool, state::Encoder* out) const;
  // Into an empty one, of blocks of so many slices. False if they are none.
  bool read(int64_t slices_per_block, StatePool* pool, state::Decoder* in);
  // Beyond the pool's live_bytes().
  uint64_t bytes(const StatePool& pool) const;

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
  // … and of so few without constant states, unless they are asked for often: keeping a running merge costs
  // more for each event than a merge.
  static constexpr int64_t kDirectGrowing = 64;

  size_t lower_bound(int64_t slice) const;
  void forget_merged(size_t at);
  const State* prefix_of(size_t at, StatePool* pool);
  const State* suffix_of(size_t at, StatePool* pool);
  const State* run_over(int64_t from, int64_t to, StatePool* pool);
  void remove_panes(int64_t from, int64_t to, StatePool* pool);
  static void give(Pane* p, StatePool* pool);

  std::vector<Pane> panes_;  // rising; those before head_ are gone
  size_t head_ = 0;
  // The merge of the slices [running_from_, running_to_); kept without constant states.
  State* running_ = nullptr;
  int64_t running_from_ = 0, running_to_ = 0;
};

}  // namespace cep::operators

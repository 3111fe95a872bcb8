#include "operators/window/pane_store.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "operators/window/assigner.h"

namespace cep::operators {
size_t PaneStore::lower_bound(int64_t slice) const {
  if (head_ == panes_.size() || panes_.back().slice < slice) return panes_.size();
  const auto it = std::lower_bound(panes_.begin() + static_cast<ptrdiff_t>(head_), panes_.end(), slice,
                                   [](const Pane& p, int64_t s) { return p.slice < s; });
  return static_cast<size_t>(it - panes_.begin());
}

StatePool::State* PaneStore::touch(int64_t slice, int64_t block, StatePool* pool) {
  const size_t at = !empty() && panes_.back().slice == slice ? panes_.size() - 1 : lower_bound(slice);
  if (at == panes_.size() || panes_[at].slice != slice) {
    Pane p{slice, block};
    p.own = pool->take();
    panes_.insert(panes_.begin() + static_cast<ptrdiff_t>(at), p);
  }
  forget_merged(at);
  return panes_[at].own;
}

// Prefixes are up to date from the block's first slice up to some slice, suffixes from some slice up to its
// last: so the first that is not ends the search.
void PaneStore::forget_merged(size_t at) {
  const int64_t block = panes_[at].block;
  panes_[at].has_prefix = panes_[at].has_suffix = false;
  for (size_t i = at + 1; i < panes_.size() && panes_[i].block == block && panes_[i].has_prefix; ++i)
    panes_[i].has_prefix = false;
  for (size_t i = at; i > head_ && panes_[i - 1].block == block && panes_[i - 1].has_suffix; --i)
    panes_[i - 1].has_suffix = false;
}

bool PaneStore::first_from(int64_t slice, int64_t* found) const {
  const size_t at = lower_bound(slice);
  if (at == panes_.size()) return false;
  *found = panes_[at].slice;
  return true;
}

const StatePool::State* PaneStore::prefix_of(size_t at, StatePool* pool) {
  size_t i = at + 1;
  while (i > head_ && panes_[i - 1].block == panes_[at].block && !panes_[i - 1].has_prefix) --i;
  for (; i <= at; ++i) {
    Pane& p = panes_[i];
    if (p.prefix == nullptr) p.prefix = pool->take();
    pool->set().clear(p.prefix);
    if (i > head_ && panes_[i - 1].block == p.block) pool->merge(p.prefix, *panes_[i - 1].prefix);
    pool->merge(p.prefix, *p.own);
    p.has_prefix = true;
  }
  return panes_[at].prefix;
}

const StatePool::State* PaneStore::suffix_of(size_t at, StatePool* pool) {
  size_t i = at;
  while (i < panes_.size() && panes_[i].block == panes_[at].block && !panes_[i].has_suffix) ++i;
  while (i > at) {
    Pane& p = panes_[--i];
    if (p.suffix == nullptr) p.suffix = pool->take();
    pool->set().clear(p.suffix);
    pool->merge(p.suffix, *p.own);
    if (i + 1 < panes_.size() && panes_[i + 1].block == p.block) pool->merge(p.suffix, *panes_[i + 1].suffix);
    p.has_suffix = true;
  }
  return panes_[at].suffix;
}

void PaneStore::merge_panes(int64_t from, int64_t to, uint8_t which, State* into, StatePool* pool) const {
  for (size_t i = lower_bound(from); i < panes_.size() && panes_[i].slice < to; ++i)
    pool->merge(into, *panes_[i].own, which);
}

void PaneStore::remove_panes(int64_t from, int64_t to, StatePool* pool) {
  for (size_t i = lower_bound(from); i < panes_.size() && panes_[i].slice < to; ++i)
    pool->set().remove(running_, *panes_[i].own);
}

const StatePool::State* PaneStore::run_over(int64_t from, int64_t to, StatePool* pool) {
  if (running_ == nullptr) running_ = pool->take();
  if (to - from <= std::abs(from - running_from_) + std::abs(to - running_to_)) {
    pool->set().clear(running_);
    merge_panes(from, to, expr::kRemovableCalls, running_, pool);
  } else {
    // The windows overlap.
    merge_panes(from, running_from_, expr::kRemovableCalls, running_, pool);
    merge_panes(running_to_, to, expr::kRemovableCalls, running_, pool);
    remove_panes(running_from_, from, pool);
    remove_panes(to, running_to_, pool);
  }
  running_from_ = from;
  running_to_ = to;
  constexpr uint8_t kOthers = expr::kGroupedCalls | expr::kOrderedCalls;
  if (!pool->set().any(kOthers)) return running_;
  pool->set().clear(running_, kOthers);
  merge_panes(from, to, kOthers, running_, pool);
  return running_;
}

const StatePool::State* PaneStore::window(int64_t from, int64_t to, bool often, StatePool* pool,
                                          State* scratch) {
  const size_t first = lower_bound(from), end = lower_bound(to);
  if (first == end) return nullptr;
  if (end - first == 1) return panes_[first].own;
  if (!pool->constant() && (often || to - from > kDirectGrowing)) return run_over(from, to, pool);
  if (to - from <= kDirect || !pool->constant()) {
    pool->set().clear(scratch);
    for (size_t i = first; i < end; ++i) pool->merge(scratch, *panes_[i].own);
    return scratch;
  }
  const int64_t left = panes_[first].block, right = panes_[end - 1].block;
  // The window that is its block, or whose slices are all in one of its two.
  if (left == right) return left * (to - from) < from ? suffix_of(first, pool) : prefix_of(end - 1, pool);
  pool->set().clear(scratch);
  pool->merge(scratch, *suffix_of(first, pool));
  pool->merge(scratch, *prefix_of(end - 1, pool));
  return scratch;
}

void PaneStore::drop_before(int64_t slice, StatePool* pool) {
  while (head_ < panes_.size() && panes_[head_].slice < slice) {
    const int64_t block = panes_[head_].block;
    if (running_over(panes_[head_].slice)) pool->set().remove(running_, *panes_[head_].own);
    give(&panes_[head_++], pool);
    // What follows in the block no longer begins where its prefixes do, and no window that is left asks for
    // them.
    for (size_t i = head_; i < panes_.size() && panes_[i].block == block && panes_[i].has_prefix; ++i) {
      panes_[i].has_prefix = false;
      pool->give(std::exchange(panes_[i].prefix, nullptr));
    }
  }
  running_from_ = std::min(std::max(running_from_, slice), running_to_);
  if (head_ == panes_.size()) {
    panes_.clear();
    head_ = 0;
    pool->give(std::exchange(running_, nullptr));
    running_from_ = running_to_ = 0;
  } else if (head_ > 16 && head_ > panes_.size() / 2) {
    panes_.erase(panes_.begin(), panes_.begin() + static_cast<ptrdiff_t>(head_));
    head_ = 0;
  }
}

void PaneStore::give(Pane* p, StatePool* pool) {
  pool->give(p->own);
  pool->give(p->prefix);
  pool->give(p->suffix);
}

void PaneStore::clear(StatePool* pool) {
  for (; head_ < panes_.size(); ++head_) give(&panes_[head_], pool);
  panes_.clear();
  head_ = 0;
  pool->give(std::exchange(running_, nullptr));
  running_from_ = running_to_ = 0;
}

void PaneStore::write(const StatePool& pool, state::Encoder* out) const {
  out->number(panes_.size() - head_);
  for (size_t i = head_; i < panes_.size(); ++i) {
    const auto& [slice, block, own, prefix, suffix, has_prefix, has_suffix] = panes_[i];
    out->whole(slice);
    pool.write(own, out);
  }
}

bool PaneStore::read(int64_t slices_per_block, StatePool* pool, state::Decoder* in) {
  for (size_t n = in->count(); n > 0; --n) {
    const int64_t slice = in->whole();
    if (!empty() && panes_.back().slice >= slice) return false;
    Pane p{slice, floor_div(slice, slices_per_block)};
    p.own = pool->read(in);
    if (p.own == nullptr) return false;
    panes_.push_back(p);
  }
  return in->ok();
}

uint64_t PaneStore::bytes(const StatePool& pool) const {
  uint64_t n = panes_.capacity() * sizeof(Pane);
  if (pool.constant()) return n;
  for (size_t i = head_; i < panes_.size(); ++i)
    n += pool.more_bytes(panes_[i].own) + pool.more_bytes(panes_[i].prefix) + pool.more_bytes(panes_[i].suffix);
  return n + pool.more_bytes(running_);
}

}  // namespace cep::operators

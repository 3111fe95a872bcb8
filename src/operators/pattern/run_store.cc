#include "operators/pattern/run_store.h"

#include <algorithm>
#include <new>

namespace cep::operators {

TakenEvent* RunStore::copy(const event::Row& row, uint64_t sequence) {
  const uint32_t bytes = static_cast<uint32_t>(sizeof(TakenEvent)) + row.size;
  TakenEvent* event = new (pool_.allocate(bytes)) TakenEvent{1, bytes, sequence};
  std::memcpy(static_cast<void*>(event + 1), &row, row.size);
  return event;
}

namespace {

// The last node at or before `node` that the stage took.
const HistoryNode* find(const HistoryNode* node, int stage) {
  const uint64_t bit = uint64_t{1} << (static_cast<uint32_t>(stage) % 64);
  while (node != nullptr && node->stage != stage) node = (node->stages & bit) != 0 ? node->prev : node->jump;
  return node;
}

uint32_t depth_of(const HistoryNode* node) { return node == nullptr ? 0 : node->depth; }
uint32_t ordinal_of(const HistoryNode* node) { return node == nullptr ? 0 : node->ordinal; }

// Whether what comes after a node may jump as far as two of its jumps: then these two are equally long.
template <class Number>
bool doubles(const HistoryNode* node, const HistoryNode* first, const HistoryNode* second, Number number) {
  return first != nullptr && number(node) - number(first) == number(first) - number(second);
}

void set_jumps(HistoryNode* node) {
  const HistoryNode* p = node->prev;
  if (p == nullptr) return;
  const HistoryNode* far = p->jump;
  if (doubles(p, far, far == nullptr ? nullptr : far->jump, depth_of)) {
    node->jump = far->jump;
    node->stages |= p->stages | far->stages;
  } else {
    node->jump = p;
  }
}

void set_same_jump(HistoryNode* node, const HistoryNode* same) {
  const HistoryNode* far = same->same_jump;
  const bool longer = doubles(same, far, far == nullptr ? nullptr : far->same_jump, ordinal_of);
  node->same_jump = longer ? far->same_jump : same;
}

// The node of the stage with this ordinal, at or before `node`, which is one of the stage. REQUIRES that it is
// there.
const HistoryNode* with_ordinal(const HistoryNode* node, size_t ordinal) {
  while (node->ordinal > ordinal) {
    const HistoryNode* far = node->same_jump;
    node = far != nullptr && far->ordinal >= ordinal ? far : find(node->prev, node->stage);
  }
  return node;
}

}  // namespace

const HistoryNode* RunStore::append(const HistoryNode* prev, TakenEvent* event, int stage) {
  void* const block = pool_.allocate(node_bytes(stage));
  const uint64_t bit = uint64_t{1} << (static_cast<uint32_t>(stage) % 64);
  const uint32_t depth = depth_of(prev) + 1;
  HistoryNode* node = new (block) HistoryNode{prev, nullptr, nullptr, bit, event, 1, depth, 1u, 1, stage};
  ++event->references;
  const HistoryNode* same = find(prev, stage);
  if (prev != nullptr) {
    retain(prev);
    node->ordered = prev->ordered && prev->stage <= stage;
  }
  set_jumps(node);
  if (same != nullptr) {
    node->ordinal = same->ordinal + 1;
    set_same_jump(node, same);
  }
  const size_t totals = totals_ == nullptr ? 0 : totals_->count(stage);
  if (totals == 0) return node;
  expr::StageTotal* kept = reinterpret_cast<expr::StageTotal*>(node + 1);
  for (size_t i = 0; i < totals; ++i) new (kept + i) expr::StageTotal(same ? same->totals()[i] : expr::StageTotal());
  totals_->add(stage, *event->row(), kept);
  return node;
}

const HistoryNode* RunStore::free(const HistoryNode* node) {
  const HistoryNode* prev = node->prev;
  release(node->event);
  pool_.release(const_cast<HistoryNode*>(node), node_bytes(node->stage));
  return prev;
}

size_t RunHistory::count(int stage) const { return ordinal_of(find(last_, stage)); }

const event::Row* RunHistory::last(int stage, size_t n) const {
  const HistoryNode* node = find(last_, stage);
  return node == nullptr || n >= node->ordinal ? nullptr : with_ordinal(node, node->ordinal - n)->event->row();
}

const event::Row* RunHistory::first(int stage, size_t n) const {
  const HistoryNode* node = find(last_, stage);
  return node == nullptr || n >= node->ordinal ? nullptr : with_ordinal(node, n + 1)->event->row();
}

const expr::StageTotal* RunHistory::total(const expr::Expr& aggregate) const {
  static const expr::StageTotal kNothing;
  const int place = totals_ == nullptr ? -1 : totals_->place(aggregate);
  if (place < 0) return nullptr;
  const HistoryNode* node = find(last_, aggregate.stage);
  return node == nullptr ? &kNothing : node->totals() + place;
}

void RunHistory::rows(int stage, std::vector<const event::Row*>* out) const {
  const size_t begin = out->size();
  for (const HistoryNode* node = find(last_, stage); node != nullptr; node = find(node->prev, stage))
    out->push_back(node->event->row());
  std::reverse(out->begin() + static_cast<ptrdiff_t>(begin), out->end());
}

const TakenEvent* last_of(const HistoryNode* node, int stage) {
  node = find(node, stage);
  return node == nullptr ? nullptr : node->event;
}

const TakenEvent* first_of(const HistoryNode* node, int stage) {
  node = find(node, stage);
  return node == nullptr ? nullptr : with_ordinal(node, 1)->event;
}

void MatchOrder::gather(const HistoryNode* node, const HistoryNode* until, std::vector<Item>* out) {
  out->clear();
  for (; node != until; node = node->prev) out->push_back({node->stage, node->event->sequence});
  std::sort(out->begin(), out->end());
}

namespace {

// The list's node of this depth.
const HistoryNode* at_depth(const HistoryNode* node, uint32_t depth) {
  while (depth_of(node) > depth) node = depth_of(node->jump) >= depth ? node->jump : node->prev;
  return node;
}

}  // namespace

// Back to where the lists are one; they share at least the null at the beginning. Jumps of nodes of one depth go equally far.
int MatchOrder::compare(const HistoryNode* a, const HistoryNode* b) {
  const uint32_t depth = std::min(depth_of(a), depth_of(b));
  const HistoryNode* x = at_depth(a, depth);
  const HistoryNode* y = at_depth(b, depth);
  if (x == y) return (depth_of(a) > depth) - (depth_of(b) > depth);
  while (x->prev != y->prev) {
    const bool far = x->jump != y->jump;
    x = far ? x->jump : x->prev;
    y = far ? y->jump : y->prev;
  }
  const bool same = x->stage == y->stage && x->event->sequence == y->event->sequence;
  if (same || !a->ordered || !b->ordered) return compare_tails(a, b, x->prev);
  // The first that each took alone decides.
  if (x->stage == y->stage) return x->event->sequence < y->event->sequence ? -1 : 1;
  return x->stage > y->stage ? -1 : 1;
}

int MatchOrder::compare_tails(const HistoryNode* a, const HistoryNode* b, const HistoryNode* common) {
  gather(a, common, &a_);
  gather(b, common, &b_);
  // The common beginning is the same for every stage, so the first difference of what remains decides.
  for (size_t i = 0;; ++i) {
    if (i == a_.size() || i == b_.size()) return (a_.size() > i) - (b_.size() > i);
    if (a_[i] == b_[i]) continue;
    if (a_[i].stage == b_[i].stage) return a_[i].sequence < b_[i].sequence ? -1 : 1;
    return a_[i].stage > b_[i].stage ? -1 : 1;  // the other list of the smaller stage is an extension
  }
}

}  // namespace cep::operators

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
  while (node != nullptr && node->stage != stage) node = node->block;
  return node;
}

}  // namespace

const HistoryNode* RunStore::append(const HistoryNode* prev, TakenEvent* event, int stage) {
  void* const block = pool_.allocate(sizeof(HistoryNode));
  HistoryNode* node = new (block) HistoryNode{prev, prev, event, 1, 1, 1, stage};
  ++event->references;
  if (prev == nullptr) return node;
  retain(prev);
  node->depth = prev->depth + 1;
  if (prev->stage == stage) node->block = prev->block;
  if (const HistoryNode* same = find(prev, stage)) node->ordinal = same->ordinal + 1;
  return node;
}

const HistoryNode* RunStore::free(const HistoryNode* node) {
  const HistoryNode* prev = node->prev;
  release(node->event);
  pool_.release(const_cast<HistoryNode*>(node), sizeof(HistoryNode));
  return prev;
}

size_t RunHistory::count(int stage) const {
  const HistoryNode* node = find(last_, stage);
  return node == nullptr ? 0 : node->ordinal;
}

const event::Row* RunHistory::last(int stage, size_t n) const {
  const HistoryNode* node = find(last_, stage);
  while (node != nullptr && n-- > 0) node = find(node->prev, stage);
  return node == nullptr ? nullptr : node->event->row();
}

const event::Row* RunHistory::first(int stage, size_t n) const {
  const size_t all = count(stage);
  return n < all ? last(stage, all - 1 - n) : nullptr;
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
  const TakenEvent* first = nullptr;
  for (node = find(node, stage); node != nullptr; node = find(node->prev, stage)) first = node->event;
  return first;
}

void MatchOrder::gather(const HistoryNode* node, const HistoryNode* until, std::vector<Item>* out) {
  out->clear();
  for (; node != until; node = node->prev) out->push_back({node->stage, node->event->sequence});
  std::sort(out->begin(), out->end());
}

int MatchOrder::compare(const HistoryNode* a, const HistoryNode* b) {
  const HistoryNode* x = a;
  const HistoryNode* y = b;
  while (x != y) {  // back to where the lists are one; they share at least the null at the beginning
    const uint32_t dx = x == nullptr ? 0 : x->depth;
    const uint32_t dy = y == nullptr ? 0 : y->depth;
    if (dx >= dy) x = x->prev;
    if (dy >= dx) y = y->prev;
  }
  gather(a, x, &a_);
  gather(b, x, &b_);
  // The common beginning is the same for every stage, so the first difference of what remains decides.
  for (size_t i = 0;; ++i) {
    if (i == a_.size() || i == b_.size()) return (a_.size() > i) - (b_.size() > i);
    if (a_[i] == b_[i]) continue;
    if (a_[i].stage == b_[i].stage) return a_[i].sequence < b_[i].sequence ? -1 : 1;
    return a_[i].stage > b_[i].stage ? -1 : 1;  // the other list of the smaller stage is an extension
  }
}

}  // namespace cep::operators

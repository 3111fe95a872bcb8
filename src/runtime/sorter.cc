#include "runtime/sorter.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/check.h"

namespace cep::runtime {

Sorter::Sorter(BlockPool* pool) : pool_(pool) {}

Sorter::~Sorter() {
  std::vector<WaitingRow*> rest;
  while (size_ > 0) {
    pop(&rest);
    for (WaitingRow* r : rest) release_row(r, pool_);
    rest.clear();
  }
}

void Sorter::go_on(BlockPool* pool, const std::vector<int>& node_now) {
  pool_ = pool;
  auto renumber = [&](WaitingRow* row) {
    if (row->label == nullptr || row->label->op == 0) return;
    const int now = node_now[row->label->op - 1];
    CEP_CHECK(now >= 0);  // a lane goes on only where all that it reads does
    row->label->op = static_cast<uint32_t>(now) + 1;
  };
  for (const auto& page : pages_) {
    if (!page) continue;
    for (const Bucket& b : page->buckets)
      for (uint32_t c = b.head; c != kNone; c = chunks_[c].next)
        for (uint32_t i = 0; i < chunks_[c].count; ++i) renumber(chunks_[c].rows[i]);
  }
  for (auto& [time, rows] : far_)
    for (WaitingRow* row : rows) renumber(row);
}

uint32_t Sorter::take_chunk() {
  uint32_t c = free_;
  if (c == kNone) {
    c = static_cast<uint32_t>(chunks_.size());
    chunks_.emplace_back();
  } else {
    free_ = chunks_[c].next;
  }
  chunks_[c].count = 0;
  chunks_[c].next = kNone;
  return c;
}

Sorter::Page& Sorter::page_of(size_t slot) {
  std::unique_ptr<Page>& page = pages_[slot / kPage];
  if (!page) page = spare_ ? std::move(spare_) : std::make_unique<Page>();
  return *page;
}

// The bucket is empty now; so may be its page, and all of them.
void Sorter::leave(size_t slot) {
  std::unique_ptr<Page>& page = pages_[slot / kPage];
  page->buckets[slot % kPage] = {};
  page->bits[slot % kPage / 64] &= ~(uint64_t{1} << (slot % 64));
  if (--page->used > 0) return;
  spare_ = std::move(page);
  if (near_ > 0 || chunks_.size() <= kKeptChunks) return;
  chunks_ = std::vector<Chunk>();  // `= {}` would keep its room
  free_ = kNone;
}

void Sorter::put_near(WaitingRow* row, int64_t time) {
  const size_t slot = static_cast<uint64_t>(time) % kSpan;
  Page& page = page_of(slot);
  Bucket& b = page.buckets[slot % kPage];
  if (b.head == kNone) {
    b.head = b.tail = take_chunk();
    page.bits[slot % kPage / 64] |= uint64_t{1} << (slot % 64);
    ++page.used;
  } else if (chunks_[b.tail].count == std::size(chunks_[b.tail].rows)) {
    uint32_t c = take_chunk();
    chunks_[b.tail].next = c;
    b.tail = c;
  }
  Chunk& chunk = chunks_[b.tail];
  chunk.rows[chunk.count++] = row;
  ++near_;
  next_ = std::min(next_, time);
}

// An empty ring begins anew somewhat before `time`, so that rows a little out of order fit.
void Sorter::rebase(int64_t time) {
  constexpr int64_t kBack = kSpan / 2;
  base_ = base::subtract_time(time, kBack);
  base_ = std::min<int64_t>(base_, base::kEndOfTime - static_cast<int64_t>(kSpan));
  next_ = base::kEndOfTime;
}

bool Sorter::in_ring(int64_t time) const {
  return time >= base_ && static_cast<uint64_t>(time) - static_cast<uint64_t>(base_) < kSpan;
}

void Sorter::push(WaitingRow* row) {
  int64_t time = row->row().time;
  if (pages_.empty()) pages_.resize(kPages);
  ++size_;
  if (near_ == 0 && far_.empty()) rebase(time);
  if (!in_ring(time) && time > base_ && near_ > 0) slide();
  if (in_ring(time))
    put_near(row, time);
  else
    far_[time].push_back(row);
}

// Moves the ring's window up to the least time in it, less some room for rows out of order. Buckets keep their places.
void Sorter::slide() {
  constexpr int64_t kBack = kSpan / 4;
  next_in_ring();
  if (next_ - base_ > kBack) base_ = next_ - kBack;
}

// With an empty ring: the earliest of the far rows and all that lie near it move in.
void Sorter::refill() {
  if (far_.empty()) return;
  rebase(far_.begin()->first);
  while (!far_.empty()) {
    auto first = far_.begin();
    if (static_cast<uint64_t>(first->first) - static_cast<uint64_t>(base_) >= kSpan) break;
    for (WaitingRow* r : first->second) put_near(r, first->first);
    far_.erase(first);
  }
}

int64_t Sorter::next_time() {
  if (near_ == 0) refill();
  int64_t far = far_.empty() ? base::kEndOfTime : far_.begin()->first;
  if (near_ == 0) return far;
  next_in_ring();
  return std::min(next_, far);
}

// Advances next_ to the first bucket that is not empty, a page or a word of its bitmap at a time. REQUIRES near_ > 0.
void Sorter::next_in_ring() {
  for (;;) {
    const size_t slot = static_cast<uint64_t>(next_) % kSpan;
    const Page* page = pages_[slot / kPage].get();
    const uint64_t word = page ? page->bits[slot % kPage / 64] >> (slot % 64) : 0;
    if (word) {
      next_ += std::countr_zero(word);
      return;
    }
    const size_t step = page ? 64 : kPage;
    next_ += static_cast<int64_t>(step - slot % step);
    CEP_CHECK(static_cast<uint64_t>(next_) - static_cast<uint64_t>(base_) < kSpan + kPage);
  }
}

std::vector<const WaitingRow*> Sorter::rows() const {
  std::vector<const WaitingRow*> all;
  all.reserve(size_);
  for (const auto& [time, rows] : far_) all.insert(all.end(), rows.begin(), rows.end());
  for (const auto& page : pages_) {
    if (!page) continue;
    for (const Bucket& b : page->buckets)
      for (uint32_t c = b.head; c != kNone; c = chunks_[c].next) all.insert(all.end(), chunks_[c].rows, chunks_[c].rows + chunks_[c].count);
  }
  std::stable_sort(all.begin(), all.end(), [](const WaitingRow* a, const WaitingRow* b) { return a->row().time < b->row().time; });
  return all;
}

uint64_t Sorter::bytes() const {
  uint64_t bytes = pages_.capacity() * sizeof pages_.front() + chunks_.capacity() * sizeof(Chunk) + (spare_ ? sizeof(Page) : 0);
  for (const auto& page : pages_) bytes += page ? sizeof(Page) : 0;
  for (const auto& [time, rows] : far_) bytes += 64 + rows.capacity() * sizeof rows.front();
  return bytes;
}

void Sorter::pop(std::vector<WaitingRow*>* out) {
  int64_t time = next_time();
  CEP_CHECK(size_ > 0);
  if (!far_.empty() && far_.begin()->first == time) {
    size_ -= far_.begin()->second.size();
    out->insert(out->end(), far_.begin()->second.begin(), far_.begin()->second.end());
    far_.erase(far_.begin());
  }
  if (near_ == 0 || next_ != time) return;
  size_t slot = static_cast<uint64_t>(time) % kSpan;
  for (uint32_t c = pages_[slot / kPage]->buckets[slot % kPage].head; c != kNone;) {
    Chunk& chunk = chunks_[c];
    for (uint32_t i = 0; i < chunk.count; ++i) {
      __builtin_prefetch(chunk.rows[i]);
      __builtin_prefetch(reinterpret_cast<const char*>(chunk.rows[i]) + 64);
      out->push_back(chunk.rows[i]);
    }
    near_ -= chunk.count;
    size_ -= chunk.count;
    uint32_t next = chunk.next;
    chunk.next = free_;
    free_ = c;
    c = next;
  }
  leave(slot);
}

}  // namespace cep::runtime

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
  for (const Bucket& b : buckets_)
    for (uint32_t c = b.head; c != kNone; c = chunks_[c].next)
      for (uint32_t i = 0; i < chunks_[c].count; ++i) renumber(chunks_[c].rows[i]);
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

void Sorter::put_near(WaitingRow* row, int64_t time) {
  size_t slot = static_cast<uint64_t>(time) % kSpan;
  Bucket& b = buckets_[slot];
  if (b.head == kNone) {
    b.head = b.tail = take_chunk();
    bits_[slot / 64] |= uint64_t{1} << (slot % 64);
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
  base_ = time < INT64_MIN + kBack ? INT64_MIN : time - kBack;
  base_ = std::min<int64_t>(base_, INT64_MAX - static_cast<int64_t>(kSpan));
  next_ = INT64_MAX;
}

bool Sorter::in_ring(int64_t time) const {
  return time >= base_ && static_cast<uint64_t>(time) - static_cast<uint64_t>(base_) < kSpan;
}

void Sorter::push(WaitingRow* row) {
  int64_t time = row->row().time;
  if (buckets_.empty()) {
    buckets_.resize(kSpan);
    bits_.resize(kSpan / 64);
  }
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
  int64_t far = far_.empty() ? INT64_MAX : far_.begin()->first;
  if (near_ == 0) return far;
  next_in_ring();
  return std::min(next_, far);
}

// Advances next_ to the first bucket that is not empty, a word of the bitmap at a time. REQUIRES near_ > 0.
void Sorter::next_in_ring() {
  for (;;) {
    size_t slot = static_cast<uint64_t>(next_) % kSpan;
    uint64_t word = bits_[slot / 64] >> (slot % 64);
    if (word) {
      next_ += std::countr_zero(word);
      return;
    }
    next_ += 64 - static_cast<int64_t>(slot % 64);
    CEP_CHECK(static_cast<uint64_t>(next_) - static_cast<uint64_t>(base_) < kSpan + 64);
  }
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
  Bucket& b = buckets_[slot];
  for (uint32_t c = b.head; c != kNone;) {
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
  b = Bucket{};
  bits_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
}

}  // namespace cep::runtime

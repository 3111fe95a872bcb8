#include "output/ring.h"

#include <algorithm>

#include "base/check.h"

namespace cep::output {

Ring::Ring(uint64_t keep_bytes, uint64_t next, uint64_t text_before)
    : keep_bytes_(keep_bytes),
      chunk_bytes_(std::clamp<size_t>(keep_bytes / 8, 4096, kChunkBytesMax)),
      next_(next),
      text_(text_before),
      staged_next_(next),
      text_staged_(text_before) {}

char* Ring::stage(size_t frame_bytes, size_t text_bytes) {
  if (staged_.empty() || staged_.back().capacity - staged_.back().end < frame_bytes) {
    const size_t capacity = std::max(chunk_bytes_, frame_bytes);
    staged_.push_back(Slot{std::shared_ptr<char[]>(new char[capacity]), capacity, 0, {Mark{staged_next_, 0, text_staged_}}});
    last_mark_ = 0;
  }
  Slot& slot = staged_.back();
  if (slot.end - last_mark_ >= kMarkBytes) {
    slot.marks.push_back(Mark{staged_next_, slot.end, text_staged_});
    last_mark_ = slot.end;
  }
  char* out = slot.chunk.get() + slot.end;
  slot.end += frame_bytes;
  ++staged_next_;
  text_staged_ += text_bytes;
  return out;
}

void Ring::publish() {
  if (staged_next_ == next_) return;
  for (Slot& slot : staged_) {
    if (!slots_.empty() && slots_.back().chunk == slot.chunk) {
      slots_.back().end = slot.end;
      slots_.back().marks.insert(slots_.back().marks.end(), slot.marks.begin(), slot.marks.end());
    } else {
      capacity_ += slot.capacity;
      slots_.push_back(slot);
    }
  }
  staged_.erase(staged_.begin(), staged_.end() - 1);
  staged_.back().marks.clear();
  next_ = staged_next_;
  text_ = text_staged_;
  drop_old();
}

void Ring::drop_old() {
  while (slots_.size() > 1 && capacity_ - slots_.front().capacity >= keep_bytes_) {
    capacity_ -= slots_.front().capacity;
    slots_.pop_front();
  }
}

Ring::Span Ring::find(uint64_t seq) const {
  CEP_CHECK(seq >= oldest());
  CEP_CHECK(seq < next_);
  auto slot = std::upper_bound(slots_.begin(), slots_.end(), seq, [](uint64_t s, const Slot& other) { return s < other.marks.front().seq; }) - 1;
  auto mark = std::upper_bound(slot->marks.begin(), slot->marks.end(), seq, [](uint64_t s, const Mark& other) { return s < other.seq; }) - 1;
  return Span{slot->chunk, static_cast<size_t>(mark->offset), slot->end, mark->seq, mark->text_before};
}

}  // namespace cep::output

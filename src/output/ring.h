// The newest frames of one channel in memory, in chunks whose bytes never move. The appender writes frames behind what is published; publish() lets readers see them. A reader takes
// hold of a chunk under the channel's lock and walks its published frames without it: they are never written again.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace cep::output {

// Where a record stands: in a chunk or in a segment.
struct Mark {
  uint64_t seq = 0;
  uint64_t offset = 0;
  uint64_t text_before = 0;  // bytes of the text of all records of the channel before it, since the log was opened
};

class Ring {
 public:
  // Keeps at least `keep_bytes` of the newest frames, where there are so many, and at most one chunk more. Its first record will be `next`; `text_before`: bytes of the texts
  // before it.
  Ring(uint64_t keep_bytes, uint64_t next, uint64_t text_before);

  // ---- the appender, without the lock
  // Room for the frame of record `seq`, to be filled at once. Readers do not see it before publish(). It stays where it is until the ring drops it; what is not published is
  // never dropped.
  char* stage(size_t frame_bytes, size_t text_bytes);
  uint64_t staged_next() const { return staged_next_; }  // seq of the next record to be staged
  uint64_t staged_text() const { return text_staged_; }  // bytes of the texts of all records before it

  // ---- under the channel's lock
  void publish();
  uint64_t oldest() const { return slots_.empty() ? next_ : slots_.front().marks.front().seq; }
  uint64_t next() const { return next_; }                  // of what is published
  uint64_t text() const { return text_; }                  // bytes of the texts of all records before next()
  uint64_t kept_text() const { return slots_.empty() ? 0 : text_ - slots_.front().marks.front().text_before; }

  struct Span {
    std::shared_ptr<const char[]> chunk;
    size_t begin = 0, end = 0;   // of frames in it
    uint64_t seq = 0;            // of the first of them
    uint64_t text_before = 0;
  };
  // The published frames of one chunk from the last mark at or before `seq` on. REQUIRES oldest() <= seq < next().
  Span find(uint64_t seq) const;

 private:
  static constexpr size_t kChunkBytesMax = 1 << 20;
  static constexpr size_t kMarkBytes = 4096;   // from mark to mark

  struct Slot {
    std::shared_ptr<char[]> chunk;
    size_t capacity = 0;
    size_t end = 0;            // of its frames
    std::vector<Mark> marks;   // the first at its begin
  };
  void drop_old();

  const uint64_t keep_bytes_;
  const size_t chunk_bytes_;
  // Published.
  std::deque<Slot> slots_;
  uint64_t capacity_ = 0;
  uint64_t next_;
  uint64_t text_;
  // The appender's: chunks with what was staged since the last publish(); the first may be the last of slots_, then only with the marks that are new.
  std::vector<Slot> staged_;
  size_t last_mark_ = 0;       // offset of the last mark in staged_.back()
  uint64_t staged_next_;
  uint64_t text_staged_;
};

}  // namespace cep::output

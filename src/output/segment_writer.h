// Puts the frames of one channel into segments: where each goes is settled when it is staged (its checksum depends on the segment), the bytes are written at once, later. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/record.h"
#include "cep/status.h"
#include "output/scan.h"

namespace cep::output {

class SegmentWriter {
 public:
  // When a segment is closed and the next begun.
  struct Roll {
    uint64_t bytes = 0;
    int64_t age_ms = 0;   // by the wall clock, since it was begun
  };
  // Goes on behind `last`; null: the first record begins a segment.
  SegmentWriter(base::Env* env, std::string dir, Channel channel, uint64_t log_seed, Roll roll, const Segment* last);
  // Opens the last segment for writing. `begun_ms`: when it was begun, or before.
  Status open(int64_t begun_ms);

  // Before the first place() since publish(). `gone`: the last segment is no more. Records of one batch never lie apart for their age.
  void begin_batch(bool gone);
  // The next frame has this seq and size; returns the seed of its checksum. `text_before` as in Mark.
  uint64_t place(uint64_t seq, size_t frame_bytes, uint64_t text_before);
  // It stands at `frame` and stays there until write(). Call once after each place().
  void stage(const char* frame, size_t frame_bytes);

  // Writes what was staged: one write for what is one piece in memory and segment.
  Status write();
  // What write() has written, into the list of the channel's segments; afterwards it is forgotten here.
  void publish(std::vector<Segment>* segments);

 private:
  struct Piece {
    uint64_t first = 0;          // of its segment
    bool begins = false;         // the segment
    uint64_t text_before = 0;    // of its first record
    uint64_t offset = 0;
    const char* bytes = nullptr;
    size_t size = 0;
    uint64_t next = 0;           // behind its last record
    std::vector<Mark> index;
    std::shared_ptr<base::File> to_sync;
  };
  std::string path(uint64_t first) const;
  Status begin_segment(Piece* piece);

  base::Env* env_;
  const std::string dir_;
  const Channel channel_;
  const uint64_t log_seed_;
  const Roll roll_;
  uint64_t first_ = 0;       // of the segment in which frames are placed; 0: none, the next frame begins one
  int64_t begun_ms_ = 0;     // when
  uint64_t seed_ = 0;
  uint64_t end_ = 0;         // offset of the next frame
  uint64_t marked_at_ = 0;   // offset of the last mark of its index; 0: none
  std::unique_ptr<base::File> file_;  // the segment that is written
  std::vector<Piece> pieces_;
};

}  // namespace cep::output

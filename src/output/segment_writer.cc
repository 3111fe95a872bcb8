#include "output/segment_writer.h"

#include <cstdlib>

#include "base/fault.h"

namespace cep::output {

SegmentWriter::SegmentWriter(base::Env* env, std::string dir, Channel channel, uint64_t log_seed, Roll roll, const Segment* last)
    : env_(env), dir_(std::move(dir)), channel_(channel), log_seed_(log_seed), roll_(roll) {
  if (last == nullptr) return;
  first_ = last->first;
  seed_ = last->seed;
  end_ = last->bytes;
  marked_at_ = last->index.empty() ? 0 : last->index.back().offset;
}

std::string SegmentWriter::path(uint64_t first) const { return dir_ + "/" + segment_name(channel_, first); }

Status SegmentWriter::open(int64_t begun_ms) {
  if (first_ == 0) return {};
  begun_ms_ = begun_ms;
  auto file = env_->open(path(first_), base::OpenMode::kWrite);
  if (!file.ok()) return file.status();
  file_ = std::move(file.value());
  return {};
}

void SegmentWriter::begin_batch(bool gone) {
  // A clock that was set back is as good a reason: what it says of the segment is worth nothing.
  const bool old = end_ > kHeaderBytes && std::abs(env_->wall_ms() - begun_ms_) > roll_.age_ms;
  if (gone || old) first_ = 0;
}

uint64_t SegmentWriter::place(uint64_t seq, size_t frame_bytes, uint64_t text_before) {
  const bool begins = first_ == 0 || (end_ > kHeaderBytes && end_ + frame_bytes > roll_.bytes);
  if (begins) {
    first_ = seq;
    begun_ms_ = env_->wall_ms();
    seed_ = frame_seed(channel_, seq, log_seed_);
    end_ = kHeaderBytes;
    marked_at_ = 0;
    pieces_.push_back(Piece{seq, true, text_before, end_, nullptr, 0, seq, {}, nullptr});
  } else if (pieces_.empty()) {
    pieces_.push_back(Piece{first_, false, text_before, end_, nullptr, 0, seq, {}, nullptr});
  }
  if (marked_at_ == 0 || end_ - marked_at_ >= kIndexBytes) {
    pieces_.back().index.push_back(Mark{seq, end_, text_before});
    marked_at_ = end_;
  }
  return seed_;
}

void SegmentWriter::stage(const char* frame, size_t frame_bytes) {
  Piece* piece = &pieces_.back();
  if (piece->bytes == nullptr) piece->bytes = frame;
  if (piece->bytes + piece->size != frame) {  // another chunk of memory
    pieces_.push_back(Piece{first_, false, 0, end_, frame, 0, piece->next, {}, nullptr});
    piece = &pieces_.back();
  }
  piece->size += frame_bytes;
  ++piece->next;
  end_ += frame_bytes;
}

Status SegmentWriter::begin_segment(Piece* piece) {
  base::kill_point("output-roll");
  auto made = env_->open(path(piece->first), base::OpenMode::kCreate);
  if (!made.ok()) return made.status();
  file_ = std::move(made.value());
  base::kill_point("output-segment-made");
  auto again = env_->open(path(piece->first), base::OpenMode::kWrite);
  if (!again.ok()) return again.status();
  piece->to_sync = std::move(again.value());
  Status written = file_->write_at(0, encode_header(channel_, piece->first, log_seed_));
  base::kill_point("output-rolled");
  return written;
}

Status SegmentWriter::write() {
  for (Piece& piece : pieces_) {
    if (piece.begins) {
      if (Status begun = begin_segment(&piece); !begun.ok()) return begun;
    }
    if (Status written = file_->write_at(piece.offset, std::string_view(piece.bytes, piece.size)); !written.ok()) return written;
    base::kill_point("output-written");
  }
  return {};
}

void SegmentWriter::publish(std::vector<Segment>* segments) {
  const uint64_t now_us = env_->steady_us();
  for (Piece& piece : pieces_) {
    if (piece.begins) {
      segments->push_back(Segment{piece.first, piece.first, kHeaderBytes, frame_seed(channel_, piece.first, log_seed_), piece.text_before, {}, std::move(piece.to_sync)});
    }
    Segment& segment = segments->back();
    segment.next = piece.next;
    segment.bytes = piece.offset + piece.size;
    segment.written_us = now_us;
    segment.index.insert(segment.index.end(), piece.index.begin(), piece.index.end());
  }
  pieces_.clear();
}

}  // namespace cep::output

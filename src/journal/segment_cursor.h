// The frames of one segment, in order, and the judgement of what is no frame: clean end, torn tail or damage (FORMAT.md, "Torn tail or damage"). Reader, open, inspect and repair
// all look through this one.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "cep/status.h"
#include "journal/format.h"
#include "storage/read_ahead.h"

namespace cep::journal {

struct SegmentName {
  std::string name;
  uint64_t first = 0;
};
// The segments in `dir`, in order. Other files are passed over.
Result<std::vector<SegmentName>> list_segments(base::Env* env, const std::string& dir);

// What to do about damage, for the end of a message.
std::string way_out(const std::string& dir);

class SegmentCursor {
 public:
  // `last`: no segment follows. An unreadable file is an error (*damaged false), so is a bad header (*damaged true).
  static Result<std::unique_ptr<SegmentCursor>> open(base::Env* env, const std::string& dir, const SegmentName& segment, bool last, bool* damaged);

  // The next frame of entries: true. The end, with or without a torn tail: false. Errors: the file cannot be read, or damage (damaged() is true then). The payload is valid until
  // the next call.
  Result<bool> next(FrameHeader* header, std::string_view* payload);

  const SegmentHeader& header() const { return header_; }
  uint64_t next_position() const { return next_; }
  uint64_t frame_offset() const { return frame_offset_; }   // of the frame given last, or of the place that is no frame
  uint64_t end_offset() const { return end_offset_; }       // behind the last good frame, marks included
  uint64_t file_bytes() const { return file_bytes_; }
  bool marked() const { return marked_; }                   // the last good frame says that all before it is durable
  bool closed() const { return closed_; }                   // an end frame was read
  uint64_t torn_bytes() const { return torn_bytes_; }       // at the end: so many of no frame
  bool damaged() const { return damaged_; }
  base::File* file() const { return file_.get(); }
  std::string place() const { return name_ + ", offset " + std::to_string(frame_offset_); }

 private:
  SegmentCursor(std::string dir, std::string name, std::unique_ptr<base::File> file, bool last)
      : dir_(std::move(dir)), name_(std::move(name)), file_(std::move(file)), last_(last), ahead_(file_.get()) {}

  Status read_header(uint64_t first, bool* damaged);
  // Whether a good frame stands at end_offset_; *wrong says why not.
  Result<bool> read_frame(FrameHeader* header, std::string_view* payload, std::string* wrong);
  Status judge_tail(const std::string& wrong);
  // Looks behind the bad place: sets *proof if something there says that the bad place was durable, and torn_bytes_.
  Status search_tail(std::string* proof);
  void look_for_proof(std::string_view bytes, uint64_t offset, std::string* proof) const;
  Status check_closed();
  Status damage(const std::string& what);

  std::string dir_, name_;
  std::unique_ptr<base::File> file_;
  bool last_;
  storage::ReadAhead ahead_;
  SegmentHeader header_;
  uint64_t file_bytes_ = 0;
  uint64_t next_ = 1;
  uint64_t frame_offset_ = 0, end_offset_ = kSegmentBegin;
  uint64_t torn_bytes_ = 0;
  bool marked_ = false, closed_ = false, damaged_ = false, done_ = false;
  std::string unpacked_;
};

}  // namespace cep::journal

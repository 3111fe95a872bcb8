#include "journal/segment_copy.h"
#include "base/fault.h"

#include <algorithm>

namespace cep::journal {

using base::kill_point;

Status copy_bytes(const base::File* from, base::File* to, uint64_t bytes) {
  constexpr uint64_t kPiece = 1 << 20;
  std::string piece;
  for (uint64_t at = 0; at < bytes;) {
    piece.resize(static_cast<size_t>(std::min(kPiece, bytes - at)));
    Result<size_t> got = from->read_at(at, piece.data(), piece.size());
    if (!got.ok()) return got.status();
    if (got.value() < piece.size()) return Status::error("a segment of the journal became shorter while it was copied");
    Status written = to->write_at(at, piece);
    if (!written.ok()) return written;
    at += piece.size();
  }
  return {};
}

Result<OpenSegment> copy_segment(base::Env* env, const std::string& dir, const base::File* from, const SegmentCopy& copy) {
  const std::string path = dir + "/" + segment_name(copy.header.first);
  kill_point("journal.copy.before");
  Result<std::unique_ptr<base::File>> file = env->open(path + kTemporary, base::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  OpenSegment made;
  made.file = std::move(file.value());
  made.header = copy.header;
  made.offset = copy.keep_bytes;
  made.next = copy.next;
  made.closed = copy.closed;
  Status done;
  if (!copy.closed) done = made.file->preallocate(copy.header.reserved_bytes);
  if (done.ok()) done = copy_bytes(from, made.file.get(), copy.keep_bytes);
  if (done.ok()) done = made.file->write_at(0, encode_segment_header(copy.header));
  if (done.ok() && copy.with_mark) {
    done = made.file->write_at(made.offset, mark_frame(FrameKind::kMark, copy.header, made.offset, copy.next));
    made.offset += kFrameHeaderBytes;
  }
  kill_point("journal.copy.written");
  if (done.ok()) done = made.file->sync();
  kill_point("journal.copy.synced");
  if (done.ok()) done = env->rename(path + kTemporary, path);
  kill_point("journal.copy.renamed");
  if (done.ok()) done = env->sync_dir(dir);
  if (!done.ok()) return done;
  kill_point("journal.copy.after");
  return made;
}

}  // namespace cep::journal

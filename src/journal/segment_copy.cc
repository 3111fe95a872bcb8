#include "journal/segment_copy.h"

#include "base/fault.h"
#include "storage/aside.h"

namespace cep::journal {

using base::kill_point;

Result<OpenSegment> copy_segment(base::Env* env, const std::string& dir, const base::File* from, const SegmentCopy& copy) {
  const std::string path = dir + "/" + segment_name(copy.header.first);
  kill_point("journal.copy.before");
  Result<std::unique_ptr<base::File>> file = env->open(path + base::kTemporary, base::OpenMode::kCreate);
  if (!file.ok()) return file.status();
  OpenSegment made;
  made.file = std::move(file.value());
  made.header = copy.header;
  made.offset = copy.keep_bytes;
  made.next = copy.next;
  made.closed = copy.closed;
  Status done;
  if (!copy.closed) done = made.file->preallocate(copy.header.reserved_bytes);
  if (done.ok()) done = storage::copy_bytes(from, 0, copy.keep_bytes, made.file.get());
  if (done.ok()) done = made.file->write_at(0, encode_segment_header(copy.header));
  if (done.ok() && copy.with_mark) {
    done = made.file->write_at(made.offset, mark_frame(FrameKind::kMark, copy.header, made.offset, copy.next));
    made.offset += kFrameHeaderBytes;
  }
  kill_point("journal.copy.written");
  if (done.ok()) done = base::put_in_place(env, made.file.get(), path);
  if (!done.ok()) return done;
  kill_point("journal.copy.after");
  return made;
}

}  // namespace cep::journal

// Whole files: read in one go, put in place so that a crash at any point leaves the old content or the new, never a mixture.
#include "base/env.h"
#include "base/fault.h"

namespace cep::base {
namespace {

constexpr size_t kReadBytes = 1 << 20;

std::string parent_of(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status make_and_put(Env* env, const std::string& path, std::string_view bytes) {
  Result<std::unique_ptr<File>> file = env->open(path + kTemporary, OpenMode::kCreate);
  if (!file.ok()) return file.status();
  kill_point("whole-made");
  if (Status written = file.value()->write_at(0, bytes); !written.ok()) return written;
  kill_point("whole-written");
  return put_in_place(env, file.value().get(), path);
}

}  // namespace

Result<std::string> read_whole(Env* env, const std::string& path) {
  Result<std::unique_ptr<File>> file = env->open(path, OpenMode::kRead);
  if (!file.ok()) return file.status();
  Result<uint64_t> size = file.value()->size();
  if (!size.ok()) return size.status();
  std::string out;
  for (size_t wanted = size.value() + 1;; wanted = kReadBytes) {  // one more than it has: the first call sees the end
    size_t had = out.size();
    out.resize(had + wanted);
    Result<size_t> got = file.value()->read_at(had, out.data() + had, wanted);
    if (!got.ok()) return got.status();
    out.resize(had + got.value());
    if (got.value() < wanted) return out;
  }
}

Status put_in_place(Env* env, File* file, const std::string& path) {
  if (Status synced = file->sync(); !synced.ok()) return synced;
  kill_point("whole-synced");
  if (Status renamed = env->rename(path + kTemporary, path); !renamed.ok()) return renamed;
  kill_point("whole-renamed");
  if (Status synced = env->sync_dir(parent_of(path)); !synced.ok()) return synced;
  kill_point("whole-durable");
  return {};
}

Status write_whole(Env* env, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + kTemporary;
  kill_point("whole-begin");
  if (env->exists(temporary)) {  // of a crash
    if (Status removed = env->remove(temporary); !removed.ok()) return removed;
  }
  Status put = make_and_put(env, path, bytes);
  if (!put.ok()) static_cast<void>(env->remove(temporary).ok());
  return put;
}

}  // namespace cep::base

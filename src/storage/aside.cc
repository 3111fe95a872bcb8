#include "storage/aside.h"

#include <algorithm>

namespace cep::storage {

Status copy_bytes(const base::File* from, uint64_t begin, uint64_t end, base::File* to) {
  constexpr uint64_t kPiece = 1 << 20;
  std::string piece;
  for (uint64_t at = begin; at < end; at += piece.size()) {
    piece.resize(static_cast<size_t>(std::min(kPiece, end - at)));
    Result<size_t> got = from->read_at(at, piece.data(), piece.size());
    if (!got.ok()) return got.status();
    if (got.value() < piece.size()) return Status::error("a file became shorter while it was copied: it ends at offset " + std::to_string(at + got.value()) + ", not " + std::to_string(end));
    if (Status written = to->write_at(at - begin, piece); !written.ok()) return written;
  }
  return {};
}

Status Aside::make() {
  if (!path_.empty()) return {};
  std::string path;
  for (int n = 1; path.empty() || env_->exists(path); ++n) path = dir_ + "/damaged-" + std::to_string(n);
  if (Status made = env_->make_dir(path); !made.ok()) return made;
  if (Status synced = env_->sync_dir(dir_); !synced.ok()) return synced;
  path_ = path;
  return {};
}

Status Aside::move(const std::string& name) {
  if (Status moved = env_->rename(dir_ + "/" + name, path_ + "/" + name); !moved.ok()) return moved;
  if (Status synced = env_->sync_dir(path_); !synced.ok()) return synced;
  return env_->sync_dir(dir_);
}

Status Aside::copy(const base::File* from, uint64_t begin, uint64_t end, const std::string& name) {
  Result<std::unique_ptr<base::File>> to = env_->open(path_ + "/" + name, base::OpenMode::kCreate);
  if (!to.ok()) return to.status();
  if (Status copied = copy_bytes(from, begin, end, to.value().get()); !copied.ok()) return copied;
  if (Status synced = to.value()->sync(); !synced.ok()) return synced;
  return env_->sync_dir(path_);
}

}  // namespace cep::storage

#include "output/file_note.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

namespace cep::output {
namespace {

constexpr uint64_t kPlaceBytes = 512;

// As bytes, in the order of this machine: a note is for no other.
struct Bytes {
  char title[8] = {'c', 'e', 'p', 'd', 'n', 'o', 't', 'e'};
  uint64_t boot = 0, serial = 0, next = 0, file = 0;
  uint64_t checksum = 0;   // of all that stands before it

  uint64_t sum() const { return XXH3_64bits(this, offsetof(Bytes, checksum)); }
};

}  // namespace

Status FileNotes::open(base::Env* env, const std::string& path) {
  boot_ = env->boot();
  if (path.empty() || boot_ == 0) return {};
  auto opened = env->open(path, env->exists(path) ? base::OpenMode::kWrite : base::OpenMode::kCreate);
  if (!opened.ok()) return opened.status();
  file_ = std::move(opened.value());
  for (uint64_t place : {0, 1}) {
    Bytes bytes, expected;
    char raw[sizeof(Bytes)];
    Result<size_t> got = file_->read_at(place * kPlaceBytes, raw, sizeof raw);
    if (!got.ok()) return got.status();
    if (got.value() != sizeof raw) continue;
    std::memcpy(&bytes, raw, sizeof raw);
    const bool good = std::memcmp(bytes.title, expected.title, sizeof bytes.title) == 0 && bytes.checksum == bytes.sum();
    if (!good || bytes.serial < serial_) continue;
    serial_ = bytes.serial;
    newest_ = bytes.boot == boot_ ? FileNote{bytes.next, bytes.file} : FileNote{};
  }
  return {};
}

Status FileNotes::write(const FileNote& note) {
  if (!file_) return {};
  Bytes bytes;
  bytes.boot = boot_;
  bytes.serial = serial_ + 1;
  bytes.next = note.next;
  bytes.file = note.file;
  bytes.checksum = bytes.sum();
  Status written = file_->write_at(bytes.serial % 2 * kPlaceBytes, {reinterpret_cast<const char*>(&bytes), sizeof bytes});
  if (!written.ok()) return written;   // what it has torn is the older one
  serial_ = bytes.serial;
  newest_ = note;
  return {};
}

}  // namespace cep::output

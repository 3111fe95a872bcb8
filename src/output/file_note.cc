#include "output/file_note.h"

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "storage/checksum.h"

namespace cep::output {
namespace {

constexpr uint64_t kPlaceBytes = 512;
constexpr std::string_view kTitle = "cepdnote";
constexpr size_t kNoteBytes = 48;

struct Note {
  uint64_t boot = 0, serial = 0, next = 0, file = 0;
};

// Title, numbers, checksum of all that stands before it.
std::string encode(const Note& note) {
  std::string out(kTitle);
  for (uint64_t number : {note.boot, note.serial, note.next, note.file}) base::put(number, &out);
  base::put(storage::checksum(out, 0), &out);
  return out;
}

// False: the bytes are no whole note.
bool decode(std::string_view bytes, Note* note) {
  std::string_view title;
  base::BytesReader in(bytes);
  in.get_bytes(kTitle.size(), &title);
  for (uint64_t* number : {&note->boot, &note->serial, &note->next, &note->file}) in.get(number);
  return in.ok() && bytes == encode(*note);
}

}  // namespace

Status FileNotes::open(base::Env* env, const std::string& path) {
  boot_ = env->boot();
  if (path.empty() || boot_ == 0) return {};
  auto opened = env->open(path, env->exists(path) ? base::OpenMode::kWrite : base::OpenMode::kCreate);
  if (!opened.ok()) return opened.status();
  file_ = std::move(opened.value());
  for (uint64_t place : {0, 1}) {
    Note note;
    char raw[kNoteBytes];
    Result<size_t> got = file_->read_at(place * kPlaceBytes, raw, sizeof raw);
    if (!got.ok()) return got.status();
    if (!decode({raw, got.value()}, &note) || note.serial < serial_) continue;
    serial_ = note.serial;
    newest_ = note.boot == boot_ ? FileNote{note.next, note.file} : FileNote{};
  }
  return {};
}

Status FileNotes::write(const FileNote& note) {
  if (!file_) return {};
  const uint64_t serial = serial_ + 1;
  Status written = file_->write_at(serial % 2 * kPlaceBytes, encode({boot_, serial, note.next, note.file}));
  if (!written.ok()) return written;   // what it has torn is the older one
  serial_ = serial;
  newest_ = note;
  return {};
}

}  // namespace cep::output

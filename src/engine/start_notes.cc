#include "engine/start_notes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <new>

#include "base/regular_file.h"

namespace cep::engine {
namespace {

constexpr size_t kLineBytes = 256;    // with its LF
constexpr size_t kKept = 2;           // lines of before
constexpr size_t kMostBytes = 100;
constexpr const char* kPhases[] = {"starting", "recovering", "serving", "held"};

std::atomic<bool> refused{false};
int noted_fd = -1;                    // of this start's line
off_t refused_at = 0;                 // where its `refused` stands

// The memory is gone: only what needs none. Then the allocation fails as it would have.
void on_refusal() {
  if (!refused.exchange(true) && noted_fd >= 0) {
    const ssize_t ignored = ::pwrite(noted_fd, "1", 1, refused_at);
    static_cast<void>(ignored);
  }
  throw std::bad_alloc();
}

constexpr std::string_view kRefused = "refused=";

}  // namespace

std::string to_line(const StartNote& note) {
  char text[kLineBytes];
  std::string most = note.most.substr(0, kMostBytes);
  std::replace_if(most.begin(), most.end(), [](unsigned char c) { return c < ' '; }, '?');
  const int n = std::snprintf(text, sizeof text, "refused=%d %s position=%" PRIu64 " used=%" PRIu64 " bound=%" PRIu64 " of=%s most=%s", note.refused ? 1 : 0,
                              kPhases[static_cast<int>(note.phase)], note.position, note.used, note.bound, note.addresses ? "addresses" : "memory", most.c_str());
  std::string line(text, static_cast<size_t>(std::clamp(n, 0, static_cast<int>(sizeof text) - 1)));
  line.resize(kLineBytes - 1, ' ');
  return line;
}

bool from_line(std::string_view line, StartNote* note) {
  const std::string text(line);
  char phase[16], of[16];
  int flag = 0, most = 0;
  if (std::sscanf(text.c_str(), "refused=%d %15s position=%" SCNu64 " used=%" SCNu64 " bound=%" SCNu64 " of=%15s most=%n", &flag, phase, &note->position, &note->used, &note->bound, of, &most) < 6 ||
      most == 0) {
    of[0] = '\0';   // of a build that did not say it
    if (std::sscanf(text.c_str(), "refused=%d %15s position=%" SCNu64 " used=%" SCNu64 " bound=%" SCNu64 " most=%n", &flag, phase, &note->position, &note->used, &note->bound, &most) < 5 ||
        most == 0)
      return false;
  }
  note->addresses = std::strcmp(of, "addresses") == 0;
  const auto* at = std::find_if(std::begin(kPhases), std::end(kPhases), [&](const char* name) { return std::strcmp(name, phase) == 0; });
  if (at == std::end(kPhases)) return false;
  note->phase = static_cast<StartNote::Phase>(at - std::begin(kPhases));
  note->refused = flag != 0;
  note->most = text.substr(std::min<size_t>(static_cast<size_t>(most), text.size()));
  note->most.resize(note->most.find_last_not_of(' ') + 1);
  return true;
}

bool must_hold(const std::vector<StartNote>& before, uint64_t bound, bool addresses, StartNote* held) {
  using Phase = StartNote::Phase;
  if (before.empty()) return false;
  const StartNote& last = before.back();
  if (addresses != last.addresses || bound > last.bound + last.bound / 20) return false;   // what RLIMIT_AS leaves is not the same to the byte
  *held = last;
  held->phase = Phase::kHeld;
  if (last.phase == Phase::kHeld) return true;
  if (before.size() < 2) return false;
  const StartNote& first = before[before.size() - 2];
  const bool in_recovery = last.phase == Phase::kStarting || last.phase == Phase::kRecovering;
  if (!in_recovery || !last.short_of_memory() || !first.short_of_memory()) return false;
  if (held->most.empty()) held->most = first.most;
  return true;
}

StartNotes::~StartNotes() {
  if (fd_ < 0) return;
  noted_fd = -1;
  std::set_new_handler(nullptr);
  ::close(fd_);
}

void StartNotes::open(const std::string& path) {
  path_ = path;
  Result<std::string> text = base::read_regular(path);
  for (size_t at = 0, end; text.ok() && (end = text.value().find('\n', at)) != std::string::npos; at = end + 1) {
    StartNote note;
    if (from_line(std::string_view(text.value()).substr(at, end - at), &note)) before_.push_back(note);
  }
  if (before_.size() > kKept) before_.erase(before_.begin(), before_.end() - kKept);
  std::string lines;
  for (const StartNote& note : before_) lines += to_line(note) + "\n";
  offset_ = static_cast<long>(lines.size());
  written_ = to_line({});
  lines += written_ + "\n";
  const std::string fresh = path + ".tmp";
  Result<int> fd = base::open_regular("make", fresh, O_RDWR | O_CREAT | O_TRUNC, 0640);
  if (!fd.ok()) return;
  if (::pwrite(fd.value(), lines.data(), lines.size(), 0) != static_cast<ssize_t>(lines.size()) || ::rename(fresh.c_str(), path.c_str()) != 0) {
    ::close(fd.value());
    return;
  }
  fd_ = fd.value();
  refused_at = offset_ + static_cast<off_t>(kRefused.size());
  noted_fd = fd_;
  std::set_new_handler(on_refusal);
}

void StartNotes::update(const StartNote& note) {
  if (fd_ < 0) return;
  StartNote with = note;
  with.refused = refused.load(std::memory_order_relaxed);
  std::string line = to_line(with);
  if (line == written_) return;
  written_ = std::move(line);
  // Not synced: it is for the end of this process, not of the machine.
  const ssize_t ignored = ::pwrite(fd_, written_.data(), written_.size(), offset_);
  static_cast<void>(ignored);
}

void StartNotes::end() {
  if (fd_ >= 0) ::unlink(path_.c_str());
}

}  // namespace cep::engine

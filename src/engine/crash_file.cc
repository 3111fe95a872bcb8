#include "engine/crash_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "runtime/worked_range.h"

namespace cep::engine {
namespace {

char path_of_notes[4096];

size_t put_number(uint64_t n, char* out) {
  char digits[20];
  size_t count = 0;
  do digits[count++] = static_cast<char>('0' + n % 10);
  while ((n /= 10) != 0);
  for (size_t i = 0; i < count; ++i) out[i] = digits[count - 1 - i];
  return count;
}

std::atomic_flag crashing;          // by the first thread that crashes
thread_local bool crashing_here = false;

// Only what a signal handler may do. One line crashes several shards at once: the first writes its note and ends the process, the others wait for that.
void on_crash(int signal) {
  if (crashing.test_and_set() && !crashing_here)
    for (;;) ::pause();
  if (crashing_here) {  // in here
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  crashing_here = true;
  const volatile runtime::WorkedRange* range = runtime::current_worked_range();
  if (range->first != 0) {
    char line[48];
    size_t n = put_number(range->first, line);
    line[n++] = ' ';
    n += put_number(range->last, line + n);
    line[n++] = '\n';
    const int file = ::open(path_of_notes, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
    if (file >= 0) {
      const ssize_t ignored = ::write(file, line, n);
      static_cast<void>(ignored);
      ::fsync(file);
    }
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

CrashNotes read_crash_notes(base::Env* env, const std::string& path) {
  CrashNotes out;
  if (!env->exists(path)) return out;
  Result<std::string> text = base::read_whole(env, path);
  if (!text.ok()) return out;
  uint64_t before_first = 0, before_last = 0;
  size_t at = 0;
  for (size_t end; (end = text.value().find('\n', at)) != std::string::npos; at = end + 1) {
    uint64_t first = 0, last = 0;
    if (std::sscanf(text.value().c_str() + at, "%" SCNu64 " %" SCNu64, &first, &last) != 2 || first == 0 || last < first) continue;
    before_first = out.first;
    before_last = out.last;
    out.first = first;
    out.last = last;
  }
  const bool exact = out.first != 0 && out.first == out.last;
  if (exact && before_first != 0 && before_first <= out.first && out.first <= before_last) out.held = out.first;
  return out;
}

void note_crashes_in(const std::string& path) {
  std::snprintf(path_of_notes, sizeof path_of_notes, "%s", path.c_str());
  struct sigaction action {};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(signal, &action, nullptr);
}

}  // namespace cep::engine

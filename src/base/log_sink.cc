// A pipe or terminal is opened anew through /proc, non-blocking: to set that on descriptor 2 itself would set it for all who share it. A socket (the service manager's) is asked
// call by call. A regular file does not wait.
#include "base/log_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <mutex>
#include <string>

#include "base/log.h"

namespace cep::base {
namespace {

class LogSink {
 public:
  void write(std::string_view lines) {
    std::lock_guard lock(mutex_);
    find_way();
    if (!write_rest() || !tell_lost()) return lose(lines);
    put(lines);
  }

  void flush() {
    std::lock_guard lock(mutex_);
    find_way();
    if (write_rest()) tell_lost();
  }

  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  enum class Way { kPlain, kSocket, kPolled };

  // Looks at what descriptor 2 is now: whoever has put something else in its place means it.
  void find_way() {
    struct stat st {};
    if (::fstat(STDERR_FILENO, &st) != 0 || (known_ && st.st_dev == device_ && st.st_ino == inode_)) return;
    known_ = true;
    device_ = st.st_dev;
    inode_ = st.st_ino;
    if (own_ >= 0) ::close(own_);
    own_ = -1;
    way_ = S_ISREG(st.st_mode) ? Way::kPlain : S_ISSOCK(st.st_mode) ? Way::kSocket : Way::kPolled;
    if (way_ != Way::kPolled) return;
    own_ = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (own_ >= 0) way_ = Way::kPlain;
  }

  ssize_t write_some(std::string_view bytes) {
    if (way_ == Way::kSocket) return ::send(STDERR_FILENO, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (way_ == Way::kPlain) return ::write(own_ >= 0 ? own_ : STDERR_FILENO, bytes.data(), bytes.size());
    // A pipe that is ready takes so much without waiting; nobody else of this process writes to it.
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) return ::write(STDERR_FILENO, bytes.data(), std::min<size_t>(bytes.size(), PIPE_BUF));
    errno = EAGAIN;
    return -1;
  }

  // What is not taken of `bytes`.
  std::string_view push(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = write_some(bytes);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return bytes;
  }

  // Of a line begun the end is kept, so that the next one begins a line; whole lines that are not taken are lost.
  void put(std::string_view lines) {
    const std::string_view left = push(lines);
    if (left.empty()) return;
    const bool begun = left.size() < lines.size() && lines[lines.size() - left.size() - 1] != '\n';
    const size_t end = begun ? std::min(left.find('\n'), left.size() - 1) + 1 : 0;
    rest_.assign(left.substr(0, end));
    lose(left.substr(end));
  }

  bool write_rest() {
    if (rest_.empty()) return true;
    rest_ = std::string(push(rest_));
    return rest_.empty();
  }

  bool tell_lost() {
    const uint64_t lost = lost_.load(std::memory_order_relaxed);
    if (lost == told_) return true;
    const std::string line = log_text(LogLevel::kWarn, "log lines were lost: nobody read them in time, or they could not be written", "lines", lost - told_);
    const std::string_view left = push(line);
    if (left.size() == line.size()) return false;
    told_ = lost;
    rest_.assign(left);
    return rest_.empty();
  }

  void lose(std::string_view lines) { lost_.fetch_add(static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n')), std::memory_order_relaxed); }

  std::mutex mutex_;
  bool known_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  int own_ = -1;               // opened anew; -1: descriptor 2 is written to
  Way way_ = Way::kPolled;
  std::string rest_;           // of a line that was taken in part
  std::atomic<uint64_t> lost_{0};
  uint64_t told_ = 0;          // of them
};

// Lives as long as the process: what ends last may still log.
LogSink& sink() {
  static auto* the_sink = new LogSink;
  return *the_sink;
}

}  // namespace

void write_log(std::string_view lines) { sink().write(lines); }
void flush_log() { sink().flush(); }
uint64_t log_lines_lost() { return sink().lost(); }

}  // namespace cep::base

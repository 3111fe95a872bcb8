#include "cepctl/console.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/terminal.h"
#include "base/visible.h"

namespace cep::cepctl {

Output::Output() { buffer_.reserve(kBuffer + 4096); }

bool Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !failed_) {
    const ssize_t n = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EPIPE) {
      _exit(0);
    } else if (errno != EINTR) {
      failed_ = true;
      complain(std::string("cannot write to standard output: ") + std::strerror(errno));
    }
  }
  buffer_.clear();
  return !failed_;
}

void complain(const std::string& message) { std::fprintf(stderr, "cepctl: %s\n", base::visible_lines(message).c_str()); }

Progress::Progress(uint64_t total)
    : total_(total),
      active_(total > 0 && base::is_terminal(STDERR_FILENO)),
      next_(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::at(uint64_t done) {
  if (!active_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  drawn_ = true;
  constexpr int kWidth = 40;
  const double part = done >= total_ ? 1.0 : static_cast<double>(done) / static_cast<double>(total_);
  const int full = static_cast<int>(part * kWidth);
  std::string bar =
      std::string(static_cast<size_t>(full), '#') + std::string(static_cast<size_t>(kWidth - full), '-');
  std::fprintf(stderr, "\r[%s] %3d %%", bar.c_str(), static_cast<int>(part * 100));
}

}  // namespace cep::cepctl

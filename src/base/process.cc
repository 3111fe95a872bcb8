#include "base/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace cep::base {
namespace {

std::atomic<bool> hangup{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_hangup(int) { hangup = true; }

// open() takes the lowest number that is free: this one, since those below are open by now.
void fill(int descriptor, int flags) {
  if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) return;
  if (::open("/dev/null", flags) != descriptor) std::abort();
}

}  // namespace

void prepare_process() {
  fill(STDIN_FILENO, O_RDONLY);
  fill(STDOUT_FILENO, O_RDONLY);
  fill(STDERR_FILENO, O_WRONLY);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGTTOU, SIG_IGN);
}

void prepare_daemon() {
  std::signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = on_hangup;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGHUP, &action, nullptr);
}

void refuse_hangup() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool take_early_hangup() { return hangup.exchange(false); }

}  // namespace cep::base

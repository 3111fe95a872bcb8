// Work done in a process of its own, for tests of what ends a process or changes it for good.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace base_test {

// Runs `work` in a forked child; gives the wait status. The child leaves with what `work` returns, without running any more of the tests.
inline int in_child(const std::function<int()>& work) {
  std::fflush(nullptr);
  pid_t pid = ::fork();
  if (pid == 0) ::_exit(work());
  int status = -1;
  while (::waitpid(pid, &status, 0) == -1 && errno == EINTR) {
  }
  return status;
}

inline bool left_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }
inline bool killed_by(int status, int signal) { return WIFSIGNALED(status) && WTERMSIG(status) == signal; }

// Runs this test program again with one setting in its environment and one test case, skipped otherwise, alone. Its standard error goes to `errors`.
inline int run_case_again(const char* name, const char* value, const std::string& test_case, const std::string& errors = "/dev/null") {
  return in_child([&] {
    ::setenv(name, value, 1);
    if (!std::freopen(errors.c_str(), "w", stderr) || !std::freopen("/dev/null", "w", stdout)) return 99;
    std::string filter = "--test-case=" + test_case;
    ::execl("/proc/self/exe", "test_base", filter.c_str(), "--no-skip", static_cast<char*>(nullptr));
    return 98;
  });
}

}  // namespace base_test

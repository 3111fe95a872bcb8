// A second stack for the signal handler of the thread in which it lives: one that has used up its own cannot run a handler there, and its crash would leave no note
// (engine/crash_file.h).
#pragma once
#include <csignal>
#include <memory>

namespace cep::runtime {

class CrashStack {
 public:
  CrashStack() : bytes_(new char[kBytes]) {
    stack_t stack{};
    stack.ss_sp = bytes_.get();
    stack.ss_size = kBytes;
    sigaltstack(&stack, nullptr);
  }
  ~CrashStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
  CrashStack(const CrashStack&) = delete;
  CrashStack& operator=(const CrashStack&) = delete;

 private:
  static constexpr size_t kBytes = 64 << 10;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace cep::runtime

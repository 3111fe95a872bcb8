// Standard output and standard error as a good citizen uses them: one large buffer, colour only for people, a
// progress bar only on a terminal.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace cep::cepctl {

// Writes to standard output in large pieces. When nobody reads any more (EPIPE) the process ends quietly.
class Output {
 public:
  Output();
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text) {
    if (buffer_.size() + text.size() > kBuffer) flush();
    buffer_.append(text);
  }
  void write_line(std::string_view text) {
    write(text);
    buffer_.push_back('\n');
  }
  // Hands over what is held. False once a write has failed (disk full …); the reason is printed the first
  // time.
  bool flush();

 private:
  static constexpr size_t kBuffer = 256 * 1024;
  std::string buffer_;
  bool failed_ = false;
};

// "cepctl: message" to standard error.
void complain(const std::string& message);

// A bar on standard error for work of known size; nothing unless that is a terminal, and nothing in the first
// second.
class Progress {
 public:
  explicit Progress(uint64_t total);
  ~Progress();
  void at(uint64_t done);

 private:
  uint64_t total_;
  bool active_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace cep::cepctl

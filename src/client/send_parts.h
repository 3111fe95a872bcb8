// What both forms of `cepctl send` share: the daemon's answers, the report of rejected lines, the progress bar.
#pragma once
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "client/client.h"
#include "client/connect.h"

namespace cep::client {

// One line from the daemon.
struct Answer {
  enum class Kind : uint8_t { kWelcome, kAck, kRejected, kError };
  Kind kind = Kind::kError;
  uint64_t number = 0;   // next, upto, line
  std::string text;      // kRejected, kError: the reason; a line that is none of these comes as kError
};
Answer read_answer(std::string_view line);

// Prints each rejected line as "FILE:LINE: reason", the first 20.
class Rejections {
 public:
  explicit Rejections(const SendOptions& options) : options_(options) {}
  // Answers that are no rejections are printed too, if they have a reason.
  void take(const Answer& answer);
  // How many more there were than were printed.
  void summarise() const;
  uint64_t count() const { return count_; }

 private:
  static constexpr uint64_t kShownMax = 20;
  const SendOptions& options_;
  uint64_t count_ = 0;
  uint64_t last_ = 0;  // line; those of lines that were sent again after a reconnect count once
};

// A bar on a terminal, a few times a second: how much of a file is done; of a pipe how many lines.
class SendProgress {
 public:
  SendProgress(const SendOptions& options, int fd);
  void show(uint64_t bytes, uint64_t lines, const char* what);
  void clear();

 private:
  FILE* err_;
  bool active_ = false;
  uint64_t total_ = 0;
  uint64_t first_lines_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now(), last_{};
};

// "1m", "500ms".
std::string duration_text(int64_t ms);
double seconds_since(std::chrono::steady_clock::time_point start);

// The two forms. `fd` is the input, at its beginning.
int send_plain(const SendOptions& options, ClientSocket socket, int fd);
int send_session(const SendOptions& options, const std::string& producer, bool may_resume, int fd);

}  // namespace cep::client

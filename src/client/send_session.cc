// `cepctl send`: a producer session that survives its connections. One thread and poll(2): lines go out as far as the socket takes them, answers are read
// at any time, so neither end waits for the other. A line is kept until it is acknowledged; after a reconnect the daemon's `next` says where to go on.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/visible.h"
#include "base/line_splitter.h"
#include "client/line_window.h"
#include "client/send_parts.h"

namespace cep::client {
namespace {

using std::chrono::steady_clock;

constexpr size_t kWindowBytes = 8 << 20;
constexpr size_t kReadBytes = 128 << 10;
constexpr int64_t kBackOffFirstMs = 50, kBackOffMostMs = 2000;
constexpr int kLastAnswersMs = 10'000;  // after the last acknowledgement: for rejections that are still on their way
constexpr int kShowEveryMs = 200;

class SessionSender {
 public:
  SessionSender(const SendOptions& options, const std::string& producer, bool may_resume, int fd)
      : options_(options), producer_(producer), may_resume_(may_resume), fd_(fd), rejections_(options), progress_(options, fd) {
    struct stat info {};
    plain_file_ = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  }

  int run();

 private:
  bool over() const { return status_.has_value(); }
  void end(int status, const std::string& reason);
  std::string lines_text(uint64_t n) const { return std::to_string(n) + (n == 1 ? " line" : " lines"); }

  bool connect();
  void lost();
  void back_off();
  std::string way_on() const;
  void serve_connection();
  void wait();
  int timeout_ms() const;

  void take_answers();
  void take(const Answer& answer);
  void welcome(uint64_t next);
  void first_welcome(uint64_t next);
  void refused(const std::string& reason);

  void read_input();
  void send_some();
  uint64_t allowed_line() const;
  void last_answers();
  int report();

  const SendOptions& options_;
  std::string producer_;
  bool may_resume_;
  int fd_;
  bool plain_file_ = false;
  ClientSocket socket_;
  LineWindow window_;
  base::LineSplitter answers_{1 << 20};
  Rejections rejections_;
  SendProgress progress_;

  bool connected_ = false;
  bool welcome_ = false;           // on this connection
  bool was_welcome_ = false;       // on any
  bool input_ended_ = false;
  uint64_t skip_through_ = 0;      // lines of the input up to this one are there already
  uint64_t there_already_ = 0;
  uint64_t reconnects_ = 0;
  int64_t back_off_ms_ = kBackOffFirstMs;
  steady_clock::time_point broken_at_{};
  steady_clock::time_point rate_start_{};
  uint64_t rate_first_ = 1;        // line that went out at rate_start_
  std::optional<int> status_;      // of exit, when it is known
};

void SessionSender::end(int status, const std::string& reason) {
  progress_.clear();
  std::fprintf(options_.err, "%s\n", base::visible_lines(reason).c_str());
  if (!over()) status_ = status;
}

int SessionSender::run() {
  while (!over()) {
    if (connect()) {
      serve_connection();
      if (!over()) lost();
    }
    if (!over()) back_off();
  }
  return *status_;
}

// ---- connections

bool SessionSender::connect() {
  Result<ClientSocket> socket = connect_to(options_.to, was_welcome_ ? 0 : options_.wait_ms);
  if (!socket.ok()) {
    if (!was_welcome_) end(3, socket.status().message());
    return false;
  }
  socket_ = std::move(socket.value());
  answers_ = base::LineSplitter(1 << 20);
  connected_ = true;
  welcome_ = false;
  const nlohmann::json hello = {{"_hello", {{"producer", producer_}}}};
  socket_.write_all(hello.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  return true;
}

void SessionSender::lost() {
  if (!was_welcome_) return end(3, "cepd at " + options_.to + " closed the connection");
  if (broken_at_ == steady_clock::time_point{}) {
    broken_at_ = steady_clock::now();
    progress_.clear();
    const std::string line = std::to_string(window_.first() - 1);
    std::fprintf(options_.err, "cepd at %s has gone after the acknowledgement of line %s; trying to go on there for %s\n", options_.to.c_str(), line.c_str(),
                 duration_text(options_.retry_ms).c_str());
  }
  ++reconnects_;
}

void SessionSender::back_off() {
  if (seconds_since(broken_at_) * 1000 > static_cast<double>(options_.retry_ms)) {
    return end(3, "cepd at " + options_.to + " has not come back; " + lines_text(window_.first() - 1) + " are durable" + way_on());
  }
  ::poll(nullptr, 0, static_cast<int>(back_off_ms_));
  back_off_ms_ = std::min(kBackOffMostMs, back_off_ms_ * 2);
}

// What the user does to send the rest.
std::string SessionSender::way_on() const {
  if (!plain_file_) return "";
  return options_.producer.empty() || options_.resume ? ": the same command goes on behind them" : ": the same command with --resume goes on behind them";
}

void SessionSender::serve_connection() {
  while (connected_ && !over()) {
    if (welcome_) {
      if (plain_file_) read_input();
      send_some();
      progress_.show(window_.done_bytes(), window_.first() - 1, "acknowledged");
      if (over() || !connected_) return;
      if (input_ended_ && window_.next() == window_.first()) return last_answers();
    }
    wait();
  }
}

// Until there is something to read or write, or it is time for the next line or a look at the bar.
void SessionSender::wait() {
  const bool wants_input = welcome_ && !input_ended_ && !plain_file_ && window_.held_bytes() < kWindowBytes;
  const bool wants_write = welcome_ && !window_.unsent(allowed_line()).empty();
  pollfd ready[2] = {{socket_.fd(), static_cast<short>(POLLIN | (wants_write ? POLLOUT : 0)), 0}, {wants_input ? fd_ : -1, POLLIN, 0}};
  if (::poll(ready, 2, timeout_ms()) < 0) return;
  if (ready[0].revents & (POLLIN | POLLHUP | POLLERR)) take_answers();
  if (ready[1].revents != 0) read_input();
}

int SessionSender::timeout_ms() const {
  if (!welcome_ || options_.rate <= 0 || window_.all_sent() || !window_.unsent(allowed_line()).empty()) return kShowEveryMs;
  const double due = static_cast<double>(allowed_line() + 1 - rate_first_) / options_.rate;
  return static_cast<int>(std::clamp(1 + (due - seconds_since(rate_start_)) * 1000, 1.0, static_cast<double>(kShowEveryMs)));
}

// ---- answers

void SessionSender::take_answers() {
  char buffer[64 << 10];
  const long n = socket_.read_some(buffer, sizeof buffer, 0);
  if (n < 0) return;
  if (n == 0) {
    connected_ = false;
    return;
  }
  auto on_line = [this](std::string_view line) {
    if (!over()) take(read_answer(line));
  };
  answers_.feed(
      std::string_view(buffer, static_cast<size_t>(n)), [&](uint64_t, std::string_view line) { on_line(line); },
      [&](uint64_t, std::string_view line, uint64_t) { on_line(line); });
}

void SessionSender::take(const Answer& answer) {
  using Kind = Answer::Kind;
  if (answer.kind == Kind::kError) return refused(answer.text);
  if (answer.kind == Kind::kRejected) return rejections_.take(answer);
  if (answer.kind == Kind::kWelcome) return welcome(answer.number);
  if (answer.number >= window_.next()) return end(3, "cepd acknowledged line " + std::to_string(answer.number) + ", which was not sent");
  window_.drop_through(answer.number);
}

void SessionSender::refused(const std::string& reason) {
  if (was_welcome_ && !welcome_) {
    connected_ = false;  // too many connections, say: tried again
    return;
  }
  if (!was_welcome_ && reason.find("_subscribe") != std::string::npos) {
    return end(3, "cepd at " + options_.to + ": that is its port `alerts`; event lines go to its port `events`, 7800 if nothing else is said");
  }
  if (reason.starts_with("HTTP/")) return end(3, "what answers at " + options_.to + " is no port `events` of a cepd: " + reason);
  end(3, "cepd at " + options_.to + ": " + reason);
}

void SessionSender::welcome(uint64_t next) {
  if (!std::exchange(was_welcome_, true)) first_welcome(next);
  const bool skipping = skip_through_ >= window_.next();
  const uint64_t least = skipping ? skip_through_ + 1 : window_.first();
  if (!over() && (next < least || next > (skipping ? least : window_.next()))) {
    end(3, "cepd expects line " + std::to_string(next) + " of producer " + producer_ + " and line " + std::to_string(least) +
               " is the next here: it has another journal now, or somebody else sends under this id");
  }
  if (over()) return;
  if (!skipping) {
    window_.rewind();
    window_.drop_through(next - 1);
  }
  welcome_ = true;
  broken_at_ = {};
  back_off_ms_ = kBackOffFirstMs;
  rate_start_ = steady_clock::now();
  rate_first_ = std::max(window_.first(), skip_through_ + 1);
}

void SessionSender::first_welcome(uint64_t next) {
  if (next == 1) return;
  const std::string have = "cepd has " + lines_text(next - 1) + " of producer " + producer_ + " already";
  if (!may_resume_) return end(2, have + ": with --resume as many lines of the input are skipped; or send under another id");
  skip_through_ = there_already_ = next - 1;
}

// ---- lines

void SessionSender::read_input() {
  char buffer[kReadBytes];
  while (!input_ended_ && window_.held_bytes() < kWindowBytes) {
    const ssize_t n = ::read(fd_, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return end(2, "cannot read " + options_.file + ": " + std::strerror(errno));
    if (n == 0) {
      input_ended_ = true;
      window_.end();
    }
    window_.append(std::string_view(buffer, static_cast<size_t>(n)));
    if (skip_through_ >= window_.first()) window_.drop_through(std::min(skip_through_, window_.next() - 1));
    if (!plain_file_) break;
  }
  if (input_ended_ && skip_through_ >= window_.next()) {
    end(2, "cepd has " + lines_text(skip_through_) + " of producer " + producer_ + ", the input has only " + lines_text(window_.next() - 1) +
               ": is it another one?");
  }
}

// With a rate line k goes out k / rate seconds after the first.
uint64_t SessionSender::allowed_line() const {
  if (options_.rate <= 0) return UINT64_MAX;
  return rate_first_ + static_cast<uint64_t>(seconds_since(rate_start_) * options_.rate);
}

void SessionSender::send_some() {
  while (!over()) {
    const std::string_view bytes = window_.unsent(allowed_line());
    if (bytes.empty()) return;
    const long n = socket_.write_some(bytes);
    if (n > 0) window_.mark_sent(static_cast<size_t>(n));
    if (n <= 0) return;  // gone or full: the reading side tells which
  }
}

// All is acknowledged; the daemon closes when it has worked all, and what it rejects comes before.
void SessionSender::last_answers() {
  socket_.shutdown_send();
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(kLastAnswersMs);
  while (connected_ && !over() && steady_clock::now() < deadline) {
    pollfd ready{socket_.fd(), POLLIN, 0};
    if (::poll(&ready, 1, kShowEveryMs) > 0) take_answers();
  }
  if (!over()) status_ = report();
}

int SessionSender::report() {
  progress_.clear();
  rejections_.summarise();
  const uint64_t lines = window_.next() - 1;
  std::string text = lines_text(lines - there_already_) + " sent, " + std::to_string(rejections_.count()) + " rejected, all durable";
  if (there_already_ > 0) text += "; " + lines_text(there_already_) + (there_already_ == 1 ? " was" : " were") + " there already";
  if (reconnects_ > 0) text += "; reconnected " + std::to_string(reconnects_) + (reconnects_ == 1 ? " time" : " times");
  std::fprintf(options_.err, "%s\n", text.c_str());
  return rejections_.count() > 0 ? 1 : 0;
}

}  // namespace

int send_session(const SendOptions& options, const std::string& producer, bool may_resume, int fd) {
  return SessionSender(options, producer, may_resume, fd).run();
}

}  // namespace cep::client

// `cepctl send`, the plain form. Two directions at once: this thread writes the file, a second one reads the answers, so that neither end waits for
// the other.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/endpoint.h"
#include "server/client.h"
#include "server/connect.h"
#include "server/line_splitter.h"

namespace cep::server {
namespace {

using std::chrono::steady_clock;

constexpr uint64_t kShownMax = 20;  // error answers

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

// Prints the answers of the daemon until it closes.
class Answers {
 public:
  Answers(const SendOptions& options, ClientSocket* socket) : options_(options), socket_(socket) {}

  void read_all() {
    char buffer[64 << 10];
    LineSplitter splitter(1 << 20);
    while (long n = socket_->read_some(buffer, sizeof buffer)) {
      if (n < 0) continue;
      splitter.feed(
          std::string_view(buffer, static_cast<size_t>(n)), [this](uint64_t, std::string_view line) { take(line); },
          [this](uint64_t, std::string_view line) { take(line); });
    }
  }
  uint64_t count() const { return count_; }

 private:
  void take(std::string_view line) {
    if (++count_ > kShownMax) return;
    auto answer = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    const auto* error = answer.is_object() && answer.contains("_error") ? &answer["_error"] : nullptr;
    if (error == nullptr || !error->is_object() || !error->contains("reason") || !(*error)["reason"].is_string()) {
      std::fprintf(options_.err, "%.*s\n", static_cast<int>(line.size()), line.data());
      return;
    }
    std::string place = options_.file == "-" ? "<stdin>" : options_.file;
    if (error->contains("line") && (*error)["line"].is_number()) place += ":" + (*error)["line"].dump();
    std::fprintf(options_.err, "%s: %s\n", place.c_str(), (*error)["reason"].get<std::string>().c_str());
  }

  const SendOptions& options_;
  ClientSocket* socket_;
  uint64_t count_ = 0;
};

// The bar on a terminal, a few times a second.
class Progress {
 public:
  Progress(const SendOptions& options, int fd) : err_(options.err) {
    struct stat info {};
    const bool whole_file = options.file != "-" && ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
    if (options.progress && whole_file && isatty(fileno(err_)) == 1) total_ = static_cast<uint64_t>(info.st_size);
  }
  void clear() {
    if (total_ > 0) std::fprintf(err_, "\r\033[K");
    total_ = 0;
  }
  void show(uint64_t bytes, uint64_t lines) {
    if (total_ == 0 || seconds_since(last_) < 0.1) return;
    last_ = steady_clock::now();
    constexpr uint64_t kWidth = 30;
    uint64_t done = std::min(kWidth, bytes * kWidth / total_);
    std::string bar = std::string(done, '#') + std::string(kWidth - done, '.');
    double per_second = static_cast<double>(lines) / std::max(1e-9, seconds_since(start_));
    std::fprintf(err_, "\r\033[K[%s] %llu%%  %llu lines  %.0f/s", bar.c_str(), static_cast<unsigned long long>(bytes * 100 / total_),
                 static_cast<unsigned long long>(lines), per_second);
    std::fflush(err_);
  }

 private:
  FILE* err_;
  uint64_t total_ = 0;
  steady_clock::time_point start_ = steady_clock::now(), last_{};
};

// Writes the file to the socket.
class Sender {
 public:
  Sender(const SendOptions& options, ClientSocket* socket, int fd) : options_(options), socket_(socket), fd_(fd), progress_(options, fd) {}

  // False when the daemon has gone. *trouble: what is wrong with the file.
  bool run(Status* trouble) {
    bool whole = send_file(trouble);
    progress_.clear();
    return whole;
  }
  uint64_t lines() const { return lines_; }

 private:
  bool send_file(Status* trouble) {
    char buffer[64 << 10];
    char last = '\n';
    while (true) {
      ssize_t n = ::read(fd_, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) *trouble = Status::error("cannot read " + options_.file + ": " + std::strerror(errno));
      if (n <= 0) break;
      if (!send(std::string_view(buffer, static_cast<size_t>(n)))) return false;
      last = buffer[n - 1];
    }
    return last == '\n' || send("\n");
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      std::string_view part = bytes;
      if (options_.rate > 0) {
        size_t lf = bytes.find('\n');
        if (lf != std::string_view::npos) part = bytes.substr(0, lf + 1);
      }
      if (!socket_->write_all(part)) return false;
      for (char c : part) lines_ += c == '\n';
      sent_bytes_ += part.size();
      bytes.remove_prefix(part.size());
      progress_.show(sent_bytes_, lines_);
      keep_rate();
    }
    return true;
  }

  // Line k goes out k / rate seconds after the first.
  void keep_rate() {
    if (options_.rate <= 0) return;
    double ahead = static_cast<double>(lines_) / options_.rate - seconds_since(start_);
    if (ahead > 0.001) ::poll(nullptr, 0, static_cast<int>(ahead * 1000));
  }

  const SendOptions& options_;
  ClientSocket* socket_;
  int fd_;
  Progress progress_;
  uint64_t lines_ = 0;
  uint64_t sent_bytes_ = 0;
  steady_clock::time_point start_ = steady_clock::now();
};

int report(const SendOptions& options, const Sender& sender, const Answers& answers, bool whole) {
  if (answers.count() > kShownMax) {
    std::fprintf(options.err, "… and %llu more rejected lines\n", static_cast<unsigned long long>(answers.count() - kShownMax));
  }
  if (!whole) {
    std::fprintf(options.err, "cepd at %s closed the connection after about %llu lines\n", options.to.c_str(),
                 static_cast<unsigned long long>(sender.lines()));
    return 3;
  }
  std::fprintf(options.err, "%llu lines sent, %llu rejected\n", static_cast<unsigned long long>(sender.lines()),
               static_cast<unsigned long long>(answers.count()));
  return answers.count() > 0 ? 1 : 0;
}

}  // namespace

int run_send(const SendOptions& options) {
  const int fd = options.file == "-" ? STDIN_FILENO : ::open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    std::fprintf(options.err, "cannot read %s: %s\n", options.file.c_str(), std::strerror(errno));
    return 2;
  }
  int status = 3;
  Result<ClientSocket> socket = connect_to(options.to, options.wait_ms);
  if (!socket.ok()) {
    std::fprintf(options.err, "%s\n", socket.status().message().c_str());
    if (!base::parse_endpoint(options.to).ok()) status = 2;
  } else {
    Answers answers(options, &socket.value());
    std::thread reader([&answers] { answers.read_all(); });
    Status trouble;
    Sender sender(options, &socket.value(), fd);
    bool whole = sender.run(&trouble);
    socket.value().shutdown_send();
    reader.join();
    status = report(options, sender, answers, whole);
    if (!trouble.ok()) {
      std::fprintf(options.err, "%s\n", trouble.message().c_str());
      status = 2;
    }
  }
  if (fd != STDIN_FILENO) ::close(fd);
  return status;
}

}  // namespace cep::server

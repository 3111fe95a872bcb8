// `cepctl send --plain`: lines out, error answers back, nothing is acknowledged. Two directions at once: this thread writes the file, a second one reads the
// answers, so that neither end waits for the other.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "client/client.h"
#include "client/connect.h"
#include "base/line_splitter.h"
#include "client/send_parts.h"

namespace cep::client {
namespace {

using std::chrono::steady_clock;

// Prints the answers of the daemon until it closes.
void read_answers(ClientSocket* socket, Rejections* rejections) {
  char buffer[64 << 10];
  base::LineSplitter splitter(1 << 20);
  while (long n = socket->read_some(buffer, sizeof buffer)) {
    if (n < 0) continue;
    splitter.feed(
        std::string_view(buffer, static_cast<size_t>(n)), [&](uint64_t, std::string_view line) { rejections->take(read_answer(line)); },
        [&](uint64_t, std::string_view line, uint64_t) { rejections->take(read_answer(line)); });
  }
}

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
      progress_.show(sent_bytes_, lines_, "sent");
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
  SendProgress progress_;
  uint64_t lines_ = 0;
  uint64_t sent_bytes_ = 0;
  steady_clock::time_point start_ = steady_clock::now();
};

int report(const SendOptions& options, const Sender& sender, const Rejections& rejections, bool whole) {
  rejections.summarise();
  if (!whole) {
    std::fprintf(options.err, "cepd at %s closed the connection after about %llu lines\n", options.to.c_str(),
                 static_cast<unsigned long long>(sender.lines()));
    return 3;
  }
  std::fprintf(options.err, "%llu %s sent, %llu rejected\n", static_cast<unsigned long long>(sender.lines()), sender.lines() == 1 ? "line" : "lines",
               static_cast<unsigned long long>(rejections.count()));
  return rejections.count() > 0 ? 1 : 0;
}

}  // namespace

int send_plain(const SendOptions& options, ClientSocket socket, int fd) {
  Rejections rejections(options);
  std::thread reader([&] { read_answers(&socket, &rejections); });
  Status trouble;
  Sender sender(options, &socket, fd);
  const bool whole = sender.run(&trouble);
  socket.shutdown_send();
  reader.join();
  const int status = report(options, sender, rejections, whole);
  if (trouble.ok()) return status;
  std::fprintf(options.err, "%s\n", trouble.message().c_str());
  return 2;
}

}  // namespace cep::client

// The daemon over loopback, whole: `wire_bench CEPD latency|ack|recover [--seconds N]`. Starts a cepd of its own on a fresh data directory with the default settings (group sync
// every 5 ms) and prints one line a measurement.
//
//   latency   from the moment at which a line is due to be sent to its alert at a subscriber, sync included: p50, p99, p99.9, at 20,000 and 100,000 events a second
//   ack       acknowledged, that is durable, events a second, from 1 and from 8 producer sessions; with a fraud pattern, and with a stream that nothing reads
//   recover   the journal that one `ack` run leaves, read again after kill -9: events a second until the daemon is ready
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "report.h"

extern char** environ;

namespace {

using std::chrono::steady_clock;

// One alert for each 100 events: a small payment and, 50 events later, a large one of the same card.
constexpr uint64_t kEventsPerAlert = 100;
const char* const kStream = "stream transactions (card int, amount double, merchant string, country string, sent int, ts timestamp) time ts";
const char* const kInOrder = "\n";
const char* const kShuffled = " watermark 1s\n";   // several producers at once
const char* const kPattern = R"(pattern test_then_drain on transactions by card {
  begin      test  where amount < 2.0
  followedBy drain where amount > 900.0
  within 1h
  alert high "{drain.sent}"
}
)";

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "wire_bench: %s\n", why.c_str());
  std::exit(1);
}

int64_t now_ns() { return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count(); }

void append_event(uint64_t i, int64_t sent_ns, int64_t ts_ms, std::string* out) {
  const uint64_t step = i % kEventsPerAlert, pair = i / kEventsPerAlert;
  uint64_t card = (i * 2654435761u) % 50'000 + 10'000;
  const char* amount = "49.90";
  if (step == 0) card = pair % 10'000, amount = "1.00";
  if (step == 50) card = pair % 10'000, amount = "950.00";
  char line[256];
  const int n = std::snprintf(line, sizeof line, "{\"card\":%llu,\"amount\":%s,\"merchant\":\"m%llu\",\"country\":\"DE\",\"sent\":%lld,\"ts\":%lld}\n",
                              static_cast<unsigned long long>(card), amount, static_cast<unsigned long long>(i % 977), static_cast<long long>(sent_ns),
                              static_cast<long long>(ts_ms));
  out->append(line, static_cast<size_t>(n));
}

class Socket {
 public:
  explicit Socket(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) die(std::string("cannot connect: ") + std::strerror(errno));
    int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  Socket(const Socket&) = delete;
  ~Socket() { ::close(fd_); }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0 && errno != EINTR) die(std::string("cannot send: ") + std::strerror(errno));
      if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  // The next line; false at the end.
  bool line(std::string* out) {
    size_t lf;
    while ((lf = read_.find('\n', at_)) == std::string::npos) {
      read_.erase(0, at_);
      at_ = 0;
      char buffer[64 << 10];
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      read_.append(buffer, static_cast<size_t>(n));
    }
    out->assign(read_, at_, lf - at_);
    at_ = lf + 1;
    return true;
  }
  void shutdown() { ::shutdown(fd_, SHUT_RDWR); }

 private:
  int fd_;
  std::string read_;
  size_t at_ = 0;
};

// The number behind "name": in a line; 0 if there is none. A text is taken for its number.
uint64_t number_in(const std::string& line, const char* name) {
  const std::string member = std::string("\"") + name + "\":";
  size_t at = line.find(member);
  if (at == std::string::npos) return 0;
  at += member.size();
  if (line[at] == '"') ++at;
  return std::strtoull(line.c_str() + at, nullptr, 10);
}

class Daemon {
 public:
  Daemon(std::string binary, const std::string& program) : binary_(std::move(binary)) {
    const char* where = std::getenv("TMPDIR");
    folder_ = std::string(where == nullptr ? "/tmp" : where) + "/cepd-bench-XXXXXX";
    if (::mkdtemp(folder_.data()) == nullptr) die("cannot make the folder " + folder_);
    std::ofstream(folder_ + "/program.cep") << program;
    start();
  }
  ~Daemon() {
    kill();
    std::filesystem::remove_all(folder_);
  }
  void start() {
    std::filesystem::remove(folder_ + "/ports");
    const std::vector<std::string> words = {binary_, "--ports-file", folder_ + "/ports", "--set", "patterns=[" + folder_ + "/program.cep]", "--set",
                                            "data_dir=" + folder_ + "/data", "--set",
                                            "listen={events: '127.0.0.1:0', alerts: '127.0.0.1:0', http: '127.0.0.1:0'}"};
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string log = folder_ + "/log";
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) != 0) die("cannot start " + binary_);
    posix_spawn_file_actions_destroy(&actions);
    while (port("alerts") == 0) pause_or_die();
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  uint16_t port(const std::string& name) const {
    std::ifstream file(folder_ + "/ports");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with(name + "=")) return static_cast<uint16_t>(std::atoi(line.c_str() + name.size() + 1));
    return 0;
  }
  // Waits until /readyz answers 200.
  void wait_ready() {
    while (true) {
      Socket http(port("http"));
      http.send("GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
      std::string line;
      if (http.line(&line) && line.find(" 200 ") != std::string::npos) return;
      pause_or_die();
    }
  }

 private:
  void pause_or_die() {
    ::poll(nullptr, 0, 5);
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return;
    std::ifstream log(folder_ + "/log");
    die("cepd has ended: " + std::string(std::istreambuf_iterator<char>(log), {}));
  }

  std::string binary_, folder_;
  pid_t pid_ = -1;
};

double at_quantile(std::vector<double>* sorted, double q) { return (*sorted)[std::min(sorted->size() - 1, static_cast<size_t>(q * static_cast<double>(sorted->size())))]; }

// ------------------------------------------------------------------------------------------------ latency

// Reads `count` alerts; the milliseconds that each took.
std::vector<double> read_alerts(Socket* subscriber, uint64_t count) {
  std::vector<double> ms;
  std::string line;
  while (ms.size() < count && subscriber->line(&line)) ms.push_back(static_cast<double>(now_ns() - static_cast<int64_t>(number_in(line, "message"))) / 1e6);
  return ms;
}

void latency(const std::string& cepd, uint64_t rate, int seconds) {
  Daemon daemon(cepd, std::string(kStream) + kInOrder + kPattern);
  daemon.wait_ready();
  Socket subscriber(daemon.port("alerts"));
  subscriber.send("{\"_subscribe\":{\"channel\":\"alerts\",\"from\":\"latest\"}}\n");
  std::string answer;
  if (!subscriber.line(&answer) || !answer.starts_with("{\"_subscribed\"")) die("no subscription: " + answer);
  const uint64_t events = rate * static_cast<uint64_t>(seconds), warm = rate;   // the first second is not counted
  const uint64_t alerts = (events + warm) / kEventsPerAlert;
  std::vector<double> ms;
  std::thread reader([&] { ms = read_alerts(&subscriber, alerts); });
  Socket producer(daemon.port("events"));
  const int64_t start = now_ns();
  const double apart_ns = 1e9 / static_cast<double>(rate);
  std::string batch;
  uint64_t i = 0;
  while (i < events + warm) {
    const int64_t now = now_ns();
    batch.clear();
    // What is due by now; a line carries the moment at which it was due, so a sender that is held up makes no figure better.
    for (; i < events + warm; ++i) {
      const int64_t due = start + static_cast<int64_t>(static_cast<double>(i) * apart_ns);
      if (due > now) break;
      append_event(i, due, due / 1'000'000, &batch);
    }
    producer.send(batch);
    timespec nap{0, 200'000};
    ::nanosleep(&nap, nullptr);
  }
  const double sent_seconds = static_cast<double>(now_ns() - start) / 1e9;
  std::atomic<bool> done{false};
  std::thread watch([&] {
    for (int k = 0; k < 300 && !done; ++k) ::poll(nullptr, 0, 100);
    if (!done) subscriber.shutdown();
  });
  reader.join();
  done = true;
  watch.join();
  if (ms.size() < alerts) die("only " + std::to_string(ms.size()) + " of " + std::to_string(alerts) + " alerts came");
  ms.erase(ms.begin(), ms.begin() + static_cast<std::ptrdiff_t>(warm / kEventsPerAlert));
  std::sort(ms.begin(), ms.end());
  bench::print_name("latency, " + std::to_string(rate) + " events/s");
  std::printf("%12zu alerts  p50 %.2f ms  p99 %.2f ms  p99.9 %.2f ms  max %.2f ms  (sent at %.0f events/s)\n", ms.size(), at_quantile(&ms, 0.5), at_quantile(&ms, 0.99),
              at_quantile(&ms, 0.999), ms.back(), static_cast<double>(events + warm) / sent_seconds);
  std::fflush(stdout);
}

// ------------------------------------------------------------------------------------------------ acknowledged events

struct Acked {
  uint64_t lines = 0;
  int64_t last_ns = 0;
};

// One session: sends as fast as it is taken for `seconds`, then waits until all is acknowledged.
Acked send_acknowledged(uint16_t port, int number, int seconds) {
  Socket socket(port);
  std::string answer;
  socket.send("{\"_hello\":{\"producer\":\"bench-" + std::to_string(number) + "\",\"stream\":\"transactions\"}}\n");
  if (!socket.line(&answer) || number_in(answer, "next") != 1) die("no welcome: " + answer);
  std::atomic<uint64_t> sent{UINT64_MAX};
  Acked out;
  std::thread reader([&] {
    std::string line;
    while (out.lines < sent && socket.line(&line)) {
      const uint64_t upto = number_in(line, "upto");
      if (upto > out.lines) out = {upto, now_ns()};
    }
  });
  const int64_t end = now_ns() + static_cast<int64_t>(seconds) * 1'000'000'000;
  std::string batch;
  uint64_t i = 0;
  while (now_ns() < end) {
    batch.clear();
    const int64_t ts_ms = now_ns() / 1'000'000;
    while (batch.size() < 64 << 10) append_event(i++, 0, ts_ms, &batch);
    socket.send(batch);
  }
  // One line more: the reader, which may wait for the acknowledgement of the one before, looks at `sent` again.
  sent = i + 1;
  batch.clear();
  append_event(i, 0, now_ns() / 1'000'000, &batch);
  socket.send(batch);
  reader.join();
  if (out.lines != i + 1) die("acknowledged " + std::to_string(out.lines) + " of " + std::to_string(i + 1) + " lines");
  return out;
}

// Events of all sessions.
uint64_t ack(const Daemon& daemon, const char* what, int producers, int seconds) {
  std::vector<Acked> acked(static_cast<size_t>(producers));
  std::vector<std::thread> threads;
  const int64_t start = now_ns();
  for (int p = 0; p < producers; ++p) threads.emplace_back([&, p] { acked[static_cast<size_t>(p)] = send_acknowledged(daemon.port("events"), p, seconds); });
  for (std::thread& thread : threads) thread.join();
  Acked all;
  for (const Acked& one : acked) all = {all.lines + one.lines, std::max(all.last_ns, one.last_ns)};
  bench::print_rate("ack, " + std::to_string(producers) + (producers == 1 ? " producer, " : " producers, ") + what, all.lines, "events",
                    static_cast<double>(all.last_ns - start) / 1e9);
  return all.lines;
}

void ack_all(const std::string& cepd, int seconds) {
  for (int producers : {1, 8}) {
    for (const char* pattern : {kPattern, ""}) {
      Daemon daemon(cepd, std::string(kStream) + kShuffled + pattern);
      daemon.wait_ready();
      ack(daemon, *pattern == '\0' ? "no pattern" : "fraud pattern", producers, seconds);
    }
  }
}

void recover(const std::string& cepd, int seconds) {
  Daemon daemon(cepd, std::string(kStream) + kShuffled + kPattern);
  daemon.wait_ready();
  const uint64_t events = ack(daemon, "fraud pattern", 1, seconds);
  daemon.kill();
  const int64_t start = now_ns();
  daemon.start();
  daemon.wait_ready();
  bench::print_rate("recover, fraud pattern", events, "events", static_cast<double>(now_ns() - start) / 1e9);
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 10;
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--seconds" && i + 1 < argc) seconds = std::max(1, std::atoi(argv[++i]));
    else words.emplace_back(argv[i]);
  }
  if (words.size() != 2) die("usage: wire_bench CEPD latency|ack|recover [--seconds N]");
  bench::print_machine("; " + std::to_string(seconds) + " s a measurement");
  if (words[1] == "latency") {
    for (uint64_t rate : {20'000u, 100'000u}) latency(words[0], rate, seconds);
  } else if (words[1] == "ack") {
    ack_all(words[0], seconds);
  } else if (words[1] == "recover") {
    recover(words[0], seconds);
  } else {
    die("there is latency, ack, recover");
  }
  return 0;
}

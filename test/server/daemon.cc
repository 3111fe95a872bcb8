#include "server/daemon.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace cep::testing {

using std::chrono::steady_clock;

const char* const kProgram = R"(
stream e (id string, name string, v int, ts timestamp) time ts
pattern hit on e {
  begin a where name == "a"
  alert low "{a.id}"
}
)";

namespace {

constexpr int kStatusAtDeadline = 999;

int left_ms(steady_clock::time_point deadline) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

pid_t spawn(const std::vector<std::string>& arguments, const std::string& output) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE_MESSAGE(error == 0, "cannot start " << argv[0]);
  return pid;
}

int status_of(int wait_status) { return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status); }

// The exit status of a child, or kStatusAtDeadline.
int wait_for(pid_t pid) {
  int status = 0;
  bool ended = eventually([&] { return waitpid(pid, &status, WNOHANG) == pid; });
  return ended ? status_of(status) : kStatusAtDeadline;
}

// "events=PORT\nalerts=PORT\n".
uint16_t port_in(const std::string& text, const std::string& name) {
  size_t at = text.find(name + "=");
  return at == std::string::npos ? 0 : static_cast<uint16_t>(std::atoi(text.c_str() + at + name.size() + 1));
}

}  // namespace

bool eventually(const std::function<bool()>& is_true, int deadline_ms) {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (!is_true()) {
    if (steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

Client::Client(uint16_t port, int receive_bytes) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd_ >= 0);
  if (receive_bytes > 0) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE_MESSAGE(::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0, "cannot connect: " << std::strerror(errno));
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Client::Client(Client&& other) noexcept : fd_(other.fd_), read_(std::move(other.read_)) { other.fd_ = -1; }

Client& Client::operator=(Client&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(read_, other.read_);
  return *this;
}

bool Client::send(std::string_view bytes) {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
  while (!bytes.empty()) {
    ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd wait{fd_, POLLOUT, 0};
    if (left_ms(deadline) == 0 || ::poll(&wait, 1, left_ms(deadline)) == 0) return false;
  }
  return true;
}

std::string Client::line(int deadline_ms) {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (true) {
    size_t lf = read_.find('\n');
    if (lf != std::string::npos) {
      std::string line = read_.substr(0, lf);
      read_.erase(0, lf + 1);
      return line;
    }
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, left_ms(deadline)) == 0) return "<nothing>";
    char buffer[64 << 10];
    ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n > 0) read_.append(buffer, static_cast<size_t>(n));
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return "<closed>";
  }
}

std::vector<std::string> Client::rest() {
  std::vector<std::string> lines;
  while (true) {
    std::string next = line();
    if (next == "<closed>") return lines;
    lines.push_back(next);
    if (next == "<nothing>") return lines;
  }
}

bool Client::acknowledged(uint64_t number, std::vector<std::string>* others) {
  while (true) {
    const std::string next = line();
    if (next.starts_with(R"({"_ack":{"upto":)")) {
      if (number_in(next, "upto") >= number) return true;
      continue;
    }
    if (others != nullptr) others->push_back(next);
    if (next == "<closed>" || next == "<nothing>") return false;
  }
}

void Client::half_close() { ::shutdown(fd_, SHUT_WR); }

void Client::close(bool reset) {
  if (fd_ < 0) return;
  linger hard{1, 0};
  if (reset) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(fd_);
  fd_ = -1;
}

std::string event(std::string_view id) { return R"({"id":")" + std::string(id) + R"(","name":"a","v":1,"ts":1})" + "\n"; }

std::string events(uint64_t from, uint64_t to) {
  std::string lines;
  for (uint64_t i = from; i < to; ++i) lines += event(std::to_string(i));
  return lines;
}

uint64_t number_in(const std::string& line, const std::string& name) {
  const std::string member = "\"" + name + "\":";
  const size_t at = line.find(member);
  return at == std::string::npos ? 0 : std::strtoull(line.c_str() + at + member.size(), nullptr, 10);
}

bool is_alert_of(const std::string& record, std::string_view id) {
  return record.starts_with(R"({"channel":"alerts","seq":)") && record.find(R"("message":")" + std::string(id) + "\"") != std::string::npos;
}

Finished run(const std::vector<std::string>& arguments) {
  TemporaryFolder folder;
  std::string output = folder.path() + "/output";
  pid_t pid = spawn(arguments, output);
  int status = wait_for(pid);
  if (status == kStatusAtDeadline) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return {status, read_whole(output)};
}

Daemon::Daemon(const std::vector<std::string>& settings, const std::string& program) : settings_(settings) {
  char folder[] = "/tmp/cepd-test-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  folder_ = folder;
  write_program(program);
  start();
}

void Daemon::write_program(const std::string& program) const { std::ofstream(program_path()) << program; }

void Daemon::start() {
  const auto port = [](uint16_t number) { return "'127.0.0.1:" + std::to_string(number) + "'"; };
  std::filesystem::remove(folder_ + "/ports");
  std::vector<std::string> arguments = {CEPD_BINARY, "--ports-file", folder_ + "/ports"};
  std::vector<std::string> settings = {"patterns=[" + program_path() + "]", "data_dir=" + data_dir(), "disk.reserve=1MiB", "journal.segment=4MiB",
                                       "listen={events: " + port(events_port_) + ", alerts: " + port(alerts_port_) + ", http: " + port(http_port_) + "}"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const std::string& setting : settings) {
    arguments.push_back("--set");
    arguments.push_back(setting);
  }
  pid_ = spawn(arguments, folder_ + "/log");
  eventually([&] { return !read_whole(folder_ + "/ports").empty() || !alive(); });
  std::string ports = read_whole(folder_ + "/ports");
  events_port_ = port_in(ports, "events");
  alerts_port_ = port_in(ports, "alerts");
  http_port_ = port_in(ports, "http");
  REQUIRE_MESSAGE(alerts_port_ != 0, "cepd did not start: " << log());
}

void Daemon::kill() {
  signal(SIGKILL);
  REQUIRE(wait() == -SIGKILL);
}

bool Daemon::logged(const std::string& part) const {
  return eventually([&] { return log().find(part) != std::string::npos; });
}

Daemon::~Daemon() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::filesystem::remove_all(folder_);
}

Client Daemon::subscriber(const std::string& body, int receive_bytes) const {
  Client client(alerts_port_, receive_bytes);
  REQUIRE(client.send(R"({"_subscribe":{)" + body + "}}\n"));
  std::string answer = client.line();
  REQUIRE_MESSAGE(answer.starts_with(R"({"_subscribed":{)"), answer);
  return client;
}

Client Daemon::session(const std::string& producer, uint64_t* next) const {
  Client client(events_port_);
  REQUIRE(client.send(R"({"_hello":{"producer":")" + producer + "\"}}\n"));
  const std::string answer = client.line();
  REQUIRE_MESSAGE(answer.starts_with(R"({"_welcome":{"next":)"), answer);
  *next = number_in(answer, "next");
  return client;
}

void Daemon::signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }

int Daemon::wait() {
  int status = wait_for(pid_);
  if (status != kStatusAtDeadline) pid_ = -1;
  return status;
}

int Daemon::stop() {
  signal(SIGTERM);
  return wait();
}

bool Daemon::alive() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

uint64_t Daemon::memory_bytes() const {
  std::istringstream fields(read_whole("/proc/" + std::to_string(pid_) + "/statm"));
  uint64_t size = 0, resident = 0;
  fields >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string Daemon::log() const { return read_whole(folder_ + "/log"); }

TemporaryFolder::TemporaryFolder() {
  char folder[] = "/tmp/cepd-test-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  path_ = folder;
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path_); }

std::string TemporaryFolder::write(const std::string& name, std::string_view text) const {
  std::string path = path_ + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace cep::testing

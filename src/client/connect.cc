#include "client/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "base/endpoint.h"

namespace cep::client {
namespace {

// One try. Returns the socket or -1; *reason says why.
int try_connect(const base::Endpoint& at, std::string* reason) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (int error = getaddrinfo(at.host.c_str(), std::to_string(at.port).c_str(), &hints, &found)) {
    *reason = gai_strerror(error);
    return -1;
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  for (addrinfo* a = found; a != nullptr; a = a->ai_next) {
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd >= 0 && ::connect(fd, a->ai_addr, a->ai_addrlen) == 0) return fd;
    *reason = std::strerror(errno);
    if (fd >= 0) ::close(fd);
  }
  return -1;
}

}  // namespace

ClientSocket& ClientSocket::operator=(ClientSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

ClientSocket::~ClientSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool ClientSocket::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

long ClientSocket::write_some(std::string_view bytes) {
  while (true) {
    ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n >= 0) return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

void ClientSocket::shutdown_send() { ::shutdown(fd_, SHUT_WR); }

long ClientSocket::read_some(char* buffer, size_t size, int64_t timeout_ms) {
  pollfd wait{fd_, POLLIN, 0};
  int ready = ::poll(&wait, 1, static_cast<int>(timeout_ms));
  if (ready == 0) return -1;
  while (true) {
    ssize_t n = ::recv(fd_, buffer, size, 0);
    if (n < 0 && errno == EINTR) continue;
    return n < 0 ? 0 : n;
  }
}

Result<ClientSocket> connect_to(std::string_view endpoint, int64_t wait_ms) {
  using std::chrono::steady_clock;
  Result<base::Endpoint> at = base::parse_endpoint(endpoint);
  if (!at.ok()) return at.status();
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(wait_ms);
  std::string reason;
  while (true) {
    int fd = try_connect(at.value(), &reason);
    if (fd >= 0) {
      int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return ClientSocket(fd);
    }
    if (steady_clock::now() >= deadline) break;
    ::poll(nullptr, 0, 20);
  }
  const bool nobody = reason == std::strerror(ECONNREFUSED);
  return Status::error("cannot reach cepd at " + to_text(at.value()) + ": " + reason + (nobody ? " (does it run, and is this the port that it listens on?)" : ""));
}

}  // namespace cep::client

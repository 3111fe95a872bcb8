#include "server/listener.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>

#include "base/log.h"
#include "server/wire.h"

namespace cep::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::chrono::seconds kFullLogEvery{10};

// A client that is gone without a word is found by the kernel's probes, however long nothing would be sent.
void set_keepalive(tcp::socket* socket) {
  int on = 1, idle_seconds = 30, interval_seconds = 10, probes = 3;
  int fd = socket->native_handle();
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

}  // namespace

std::string connections_refusal(size_t most) { return "limits.connections (" + std::to_string(most) + ") connections are open already"; }

Listener::Listener(asio::io_context* io, std::string name, ConnectionCount* count, OnAccept on_accept)
    : name_(std::move(name)), count_(count), on_accept_(std::move(on_accept)), acceptor_(*io), retry_(*io) {}

Status Listener::open(const base::Endpoint& at, int* error_number) {
  error_code error;
  std::string host = at.host == "localhost" ? "127.0.0.1" : at.host;
  tcp::endpoint endpoint(asio::ip::make_address(host, error), at.port);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (error) {
    *error_number = error.value();
    return Status::error("cannot listen on " + base::to_text(at) + " for " + name_ + ": " + error.message());
  }
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void Listener::start() {
  started_ = true;
  accept_next();
}

void Listener::accept_next() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error && error != asio::error::connection_aborted) return retry_later(error);
    if (!error) take(std::move(socket));
    accept_next();
  });
}

// Out of descriptors or memory: the clients wait in the backlog until something is free again.
void Listener::retry_later(const error_code& error) {
  if (!failure_logged_) {
    base::LogLine(base::LogLevel::kError, "cannot accept, trying again").add("port", name_).add("reason", error.message());
    failure_logged_ = true;
  }
  retry_.expires_after(std::chrono::milliseconds(100));
  retry_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) accept_next();
  });
}

bool Listener::room() {
  if (count_->open < count_->most) return true;
  if (count_->newcomers.make_way(count_->most)) return true;
  if (count_->make_room && count_->make_room()) return true;
  return count_->open < count_->most + reserve_;
}

void Listener::take(tcp::socket socket) {
  error_code error;
  socket.non_blocking(true, error);
  if (error) return;
  // Two short answers behind each other must not wait for the client's delayed acknowledgement of the first.
  socket.set_option(tcp::no_delay(true), error);
  set_keepalive(&socket);
  if (room()) {
    failure_logged_ = false;
    on_accept_(std::move(socket));
    return;
  }
  // One line for a while: the limit may be met and left a thousand times a second.
  if (const auto now = std::chrono::steady_clock::now(); full_logged_ == std::chrono::steady_clock::time_point{} || now - full_logged_ >= kFullLogEvery) {
    base::LogLine(base::LogLevel::kWarn, "connection refused, limits.connections are open")
        .add("port", name_)
        .add("connections", static_cast<uint64_t>(count_->most));
    full_logged_ = now;
  }
  std::string answer = error_answer(connections_refusal(count_->most));
  if (!refusal_.empty()) answer = refusal_;
  socket.write_some(asio::buffer(answer), error);
  socket.shutdown(tcp::socket::shutdown_send, error);
}

bool Listener::waiting() {
  if (!acceptor_.is_open()) return false;
  pollfd at{acceptor_.native_handle(), POLLIN, 0};
  return ::poll(&at, 1, 0) > 0;
}

void Listener::stop() {
  error_code error;
  while (!error && started_) {
    tcp::socket socket(acceptor_.get_executor());
    acceptor_.accept(socket, error);
    if (!error) take(std::move(socket));
  }
  acceptor_.close(error);
  retry_.cancel();
}

}  // namespace cep::server

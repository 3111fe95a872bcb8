// A listening port: binds, accepts, and hands each socket on, non-blocking, with probes that find a client which is no longer there. Beyond the limit of connections, which all
// ports share, somebody who would not be missed gives way, or the client gets one error line and is closed. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/endpoint.h"
#include "cep/status.h"
#include "server/newcomers.h"

namespace cep::server {

// Connections open now, of all ports.
struct ConnectionCount {
  size_t open = 0;
  size_t most = 4096;
  std::function<bool()> make_room;   // closes one that nobody would miss; false: there is none
  Newcomers newcomers;
  uint64_t resets = 0;               // of the port `events`, by clients: lines on their way may be lost. Since the start
};

// What a client is told that comes when as many are open.
std::string connections_refusal(size_t most);

class Listener {
 public:
  using OnAccept = std::function<void(boost::asio::ip::tcp::socket)>;

  // `name` is for logs and errors. `on_accept` counts the connection in and out. `count` must outlive this object.
  Listener(boost::asio::io_context* io, std::string name, ConnectionCount* count, OnAccept on_accept);

  // What a client gets that comes when limits.connections are open, instead of the error line.
  void set_refusal(std::string bytes) { refusal_ = std::move(bytes); }
  // So many are taken beyond limits.connections.
  void set_reserve(size_t connections) { reserve_ = connections; }
  // Binds and listens. On failure *error_number is the errno.
  Status open(const base::Endpoint& at, int* error_number);
  // The port actually bound. REQUIRES open().
  uint16_t port() const { return port_; }
  // Until here clients wait in the backlog.
  void start();
  // Whether a client waits to be accepted.
  bool waiting();
  // Takes the connections that are waiting (those that came before start() are let go), then accepts no more.
  void stop();

 private:
  void accept_next();
  void take(boost::asio::ip::tcp::socket socket);
  bool room();
  void retry_later(const boost::system::error_code& error);

  std::string name_;
  ConnectionCount* count_;
  OnAccept on_accept_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  std::string refusal_;
  size_t reserve_ = 0;
  uint16_t port_ = 0;
  bool started_ = false;
  std::chrono::steady_clock::time_point full_logged_{};   // when; the epoch: never
  bool failure_logged_ = false;
};

}  // namespace cep::server

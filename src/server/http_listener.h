// The port `http`: status, metrics, patterns, events by POST. Its connections count with those of the other ports. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "server/http_connection.h"
#include "server/http_service.h"
#include "server/listener.h"

namespace cep::server {

class HttpListener {
 public:
  static constexpr size_t kReserve = 16;   // connections beyond limits.connections: a probe must get through

  // `line_bytes`: limits.line. `on_closed` is called after a connection has gone. The pointers must outlive this object, and it the loop's last handler.
  HttpListener(boost::asio::io_context* io, engine::DurableEngine* engine, size_t line_bytes, ConnectionCount* count, std::function<void()> on_closed,
               const HttpLimits& limits = {});
  ~HttpListener();

  // On failure *error_number is the errno.
  Status open(const base::Endpoint& at, int* error_number) { return listener_.open(at, error_number); }
  // The port actually bound. REQUIRES open().
  uint16_t port() const { return listener_.port(); }
  // From now on requests are answered, while the daemon recovers too. REQUIRES open().
  void start();
  // What concerns all ports, loads, and this port's connections; other notices do no harm.
  void on_notice(const engine::Notice& notice) { service_.on_notice(notice); }
  static bool is_http_connection(uint64_t connection) { return (connection & kHttpConnections) != 0; }
  bool all_offered() const { return service_.events().all_offered(); }
  // Accepts no more and closes each connection behind the answer that it waits for.
  void stop();
  // Answers what waits, as far as that goes at once, and closes all.
  void abort();
  size_t open_connections() const { return connections_.size(); }

 private:
  void add(boost::asio::ip::tcp::socket socket);
  void remove(uint64_t id);
  // Closes the oldest connection that waits for a request; false: there is none.
  bool make_room();

  HttpLimits limits_;
  BodyBudget budget_;
  ConnectionCount* count_;
  std::function<void()> on_closed_;
  HttpService service_;
  std::map<uint64_t, std::shared_ptr<HttpConnection>> connections_;
  uint64_t last_id_ = 0;
  Listener listener_;
};

}  // namespace cep::server

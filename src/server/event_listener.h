// The port `events`: event lines in from any number of connections, one `_error` line back for each line that is rejected. Opening and closing
// connections means nothing for results. A connection that says nothing costs its socket alone: all read into one buffer when there is something.
// Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "server/ingest.h"
#include "server/line_splitter.h"
#include "server/listener.h"
#include "server/outbox.h"

namespace cep::server {

class EventConnection;

class EventListener {
 public:
  // `line_bytes`: limits.line. `on_closed` is called after a connection has gone. The pointers must outlive this object.
  EventListener(boost::asio::io_context* io, Ingest* ingest, size_t line_bytes, ConnectionCount* count, std::function<void()> on_closed);
  ~EventListener();

  Status open(const base::Endpoint& at, int* error_number) { return listener_.open(at, error_number); }
  uint16_t port() const { return listener_.port(); }
  void start() { listener_.start(); }
  // Accepts and reads no more; what has already come is read until `deadline`, then each connection gets its answers and is closed.
  void stop(std::chrono::steady_clock::time_point deadline);
  // Closes what is still open.
  void abort();
  size_t open_connections() const { return connections_.size(); }

 private:
  friend class EventConnection;
  void add(boost::asio::ip::tcp::socket socket);
  void remove(uint64_t id);

  Ingest* ingest_;
  size_t line_bytes_;
  ConnectionCount* count_;
  std::function<void()> on_closed_;
  std::vector<char> buffer_;  // of whichever connection reads now
  std::map<uint64_t, std::shared_ptr<EventConnection>> connections_;
  uint64_t next_id_ = 1;
  Listener listener_;
};

}  // namespace cep::server

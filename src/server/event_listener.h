// The port `events`: lines from any number of connections, each read becoming one batch of the engine's input. Opening and closing connections means
// nothing for results. A connection that says nothing costs its socket alone: all read into one buffer when there is something. A connection for whose lines
// the engine has no room is not read from until it has: TCP holds that producer back, and no other. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/durable_engine.h"
#include "server/listener.h"

namespace cep::server {

class EventConnection;

class EventListener {
 public:
  // Of lines that have not ended yet, of all connections together, or four of the longest that is taken if that is more: beyond it the connection that holds most is closed.
  static constexpr size_t kHeldBytesMost = 64 << 20;

  // `line_bytes`: limits.line. `on_closed` is called after a connection has gone. The pointers must outlive this object.
  EventListener(boost::asio::io_context* io, engine::DurableEngine* engine, size_t line_bytes, ConnectionCount* count,
                std::function<void()> on_closed);
  ~EventListener();

  Status open(const base::Endpoint& at, int* error_number) { return listener_.open(at, error_number); }
  uint16_t port() const { return listener_.port(); }
  void start() { listener_.start(); }
  // What the engine says to the connection `notice.connection`; one that has gone hears nothing.
  void take(const engine::Notice& notice);
  // After a number of notices: sends the answers that they made.
  void send_answers();
  // The engine has room again for lines of this connection.
  void on_room(uint64_t connection);
  // For the silence watch. Notes what waits in the sockets unread; false: a client waits to be accepted, and nobody knows what it has sent.
  bool mark_unread();
  // Whether all of that has been read and offered to the engine.
  bool marked_read() const;
  // Accepts no more; what has come already is read until `deadline`, worked, answered, then each connection is closed.
  void stop(std::chrono::steady_clock::time_point deadline);
  // Closes what is still open.
  void abort();
  size_t open_connections() const { return connections_.size(); }

 private:
  friend class EventConnection;
  void add(boost::asio::ip::tcp::socket socket);
  void remove(uint64_t id);
  std::shared_ptr<EventConnection> find(uint64_t id) const;

  // For connections.
  void send_later(uint64_t id) { answering_.push_back(id); }
  void count_held(size_t before, size_t now);
  bool draining() const { return draining_; }
  std::chrono::steady_clock::time_point drain_deadline() const { return drain_deadline_; }

  engine::DurableEngine* engine_;
  size_t line_bytes_;
  ConnectionCount* count_;
  std::function<void()> on_closed_;
  std::vector<char> buffer_;         // of whichever connection reads now
  std::map<uint64_t, std::shared_ptr<EventConnection>> connections_;
  size_t held_bytes_ = 0;            // of lines that have not ended yet
  uint64_t next_id_ = 1;             // names a connection towards the engine
  std::vector<uint64_t> answering_;  // connections with new answers
  bool draining_ = false;
  std::chrono::steady_clock::time_point drain_deadline_;
  Listener listener_;
};

}  // namespace cep::server

// The port `alerts`: subscribers, each reading one channel of the output log at its own pace. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "engine/durable_engine.h"
#include "server/listener.h"

namespace cep::server {

class AlertSubscription;

class AlertListener {
 public:
  // Subscribers whose clients have closed their sending side. Most of them are gone for good, which shows only when something is sent; beyond this many the first has to go.
  static constexpr size_t kEndedMost = 64;

  // `lag_bytes`: limits.subscriber_lag. `on_closed` is called after a connection has gone. The pointers must outlive this object.
  AlertListener(boost::asio::io_context* io, engine::DurableEngine* engine, uint64_t lag_bytes, ConnectionCount* count,
                std::function<void()> on_closed);
  ~AlertListener();

  Status open(const base::Endpoint& at, int* error_number) { return listener_.open(at, error_number); }
  uint16_t port() const { return listener_.port(); }
  void start() { listener_.start(); }
  // Sends what the log has to all that take it now, and cuts those that are too far behind.
  void pump();
  // Accepts no more; each subscriber gets the rest of its channel and is closed.
  void stop();
  // Closes what is still open.
  void abort();
  size_t open_connections() const { return connections_.size(); }

 private:
  friend class AlertSubscription;
  void add(boost::asio::ip::tcp::socket socket);
  void remove(uint64_t id);
  void input_ended(uint64_t id);

  engine::DurableEngine* engine_;
  uint64_t lag_bytes_;
  ConnectionCount* count_;
  std::function<void()> on_closed_;
  std::map<uint64_t, std::shared_ptr<AlertSubscription>> connections_;
  uint64_t next_id_ = 1;
  std::deque<uint64_t> ended_;   // connections whose client sends nothing more, in the order of their ends
  Listener listener_;
};

}  // namespace cep::server

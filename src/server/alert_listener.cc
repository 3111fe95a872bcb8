#include "server/alert_listener.h"

#include "server/alert_subscription.h"

namespace cep::server {

AlertListener::AlertListener(boost::asio::io_context* io, engine::DurableEngine* engine, uint64_t lag_bytes, ConnectionCount* count,
                             std::function<void()> on_closed)
    : engine_(engine),
      lag_bytes_(lag_bytes),
      count_(count),
      on_closed_(std::move(on_closed)),
      listener_(io, "alerts", count, [this](boost::asio::ip::tcp::socket socket) { add(std::move(socket)); }) {}

AlertListener::~AlertListener() = default;

void AlertListener::add(boost::asio::ip::tcp::socket socket) {
  uint64_t id = next_id_++;
  ++count_->open;
  auto connection = std::make_shared<AlertSubscription>(std::move(socket), this, id);
  connections_.emplace(id, connection);
  connection->start();
}

void AlertListener::input_ended(uint64_t id) {
  ended_.push_back(id);
  if (ended_.size() <= kEndedMost) return;
  const auto first = connections_[ended_.front()];
  ended_.pop_front();
  first->make_way("too many subscribers have closed their sending side: keep it open to stay connected");
}

void AlertListener::remove(uint64_t id) {
  std::erase(ended_, id);
  connections_.erase(id);
  --count_->open;
  on_closed_();
}

void AlertListener::pump() {
  for (auto next = connections_.begin(); next != connections_.end();) {
    auto connection = (next++)->second;  // it may leave the map
    connection->pump();
  }
}

void AlertListener::stop() {
  listener_.stop();
  auto connections = connections_;
  for (auto& [id, connection] : connections) connection->stop();
}

void AlertListener::abort() {
  auto connections = connections_;
  for (auto& [id, connection] : connections) connection->close();
}

}  // namespace cep::server

#include "server/event_listener.h"

#include "server/event_connection.h"

namespace cep::server {

namespace {
constexpr size_t kReadBytes = 128 << 10;
}  // namespace

EventListener::EventListener(boost::asio::io_context* io, Ingest* ingest, size_t line_bytes, ConnectionCount* count,
                             std::function<void()> on_closed)
    : ingest_(ingest),
      line_bytes_(line_bytes),
      count_(count),
      on_closed_(std::move(on_closed)),
      buffer_(kReadBytes),
      listener_(io, "events", count, [this](boost::asio::ip::tcp::socket socket) { add(std::move(socket)); }) {}

EventListener::~EventListener() = default;

void EventListener::add(boost::asio::ip::tcp::socket socket) {
  uint64_t id = next_id_++;
  ++count_->open;
  auto connection = std::make_shared<EventConnection>(std::move(socket), this, id);
  connections_.emplace(id, connection);
  connection->start();
}

void EventListener::remove(uint64_t id) {
  connections_.erase(id);
  --count_->open;
  on_closed_();
}

void EventListener::stop(std::chrono::steady_clock::time_point deadline) {
  listener_.stop();
  auto connections = connections_;  // they leave the map as they close
  for (auto& [id, connection] : connections) connection->drain(deadline);
}

void EventListener::abort() {
  auto connections = connections_;
  for (auto& [id, connection] : connections) connection->close();
}

}  // namespace cep::server

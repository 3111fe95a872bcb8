#include "server/http_listener.h"

#include <vector>

namespace cep::server {

namespace asio = boost::asio;

HttpListener::HttpListener(asio::io_context* io, engine::DurableEngine* engine, size_t line_bytes, ConnectionCount* count, std::function<void()> on_closed,
                           const HttpLimits& limits)
    : limits_(limits),
      budget_{0, limits.bodies_bytes},
      count_(count),
      on_closed_(std::move(on_closed)),
      service_(io, engine, count, line_bytes),
      listener_(io, "http", count, [this](asio::ip::tcp::socket socket) { add(std::move(socket)); }) {
  const std::string body = error_of(503, connections_refusal(count->most)).body;
  listener_.set_refusal("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\nConnection: close\r\nRetry-After: 1\r\n\r\n" + body);
  count_->make_room = [this] { return make_room(); };
  listener_.set_reserve(kReserve);
}

HttpListener::~HttpListener() { count_->make_room = nullptr; }

void HttpListener::start() {
  listener_.start();
  service_.start();
}

void HttpListener::add(asio::ip::tcp::socket socket) {
  const uint64_t id = ++last_id_;
  ++count_->open;
  auto connection = make_http_connection(std::move(socket), &service_, &budget_, limits_, [this, id] { remove(id); });
  connections_[id] = connection;
  connection->start();
}

bool HttpListener::make_room() {
  for (const auto& [id, connection] : connections_) {
    if (!connection->idle()) continue;
    const std::shared_ptr<HttpConnection> closed = connection;
    closed->close();
    return true;
  }
  return false;
}

void HttpListener::remove(uint64_t id) {
  if (connections_.erase(id) == 0) return;
  --count_->open;
  on_closed_();
}

void HttpListener::stop() {
  listener_.stop();
  std::vector<std::shared_ptr<HttpConnection>> open;
  for (const auto& [id, connection] : connections_) open.push_back(connection);
  for (const auto& connection : open) connection->finish();
}

void HttpListener::abort() {
  service_.stop();
  std::vector<std::shared_ptr<HttpConnection>> open;
  for (const auto& [id, connection] : connections_) open.push_back(connection);
  for (const auto& connection : open) connection->close();
}

}  // namespace cep::server

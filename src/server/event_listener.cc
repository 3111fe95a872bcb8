#include "server/event_listener.h"

#include <algorithm>
#include <utility>

#include "server/event_connection.h"

namespace cep::server {

namespace {
constexpr size_t kReadBytes = 128 << 10;
}  // namespace

EventListener::EventListener(boost::asio::io_context* io, engine::DurableEngine* engine, size_t line_bytes, ConnectionCount* count,
                             std::function<void()> on_closed)
    : engine_(engine),
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
  engine_->goodbye(id);
  connections_.erase(id);
  --count_->open;
  on_closed_();
}

std::shared_ptr<EventConnection> EventListener::find(uint64_t id) const {
  auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second;
}

void EventListener::take(const engine::Notice& notice) {
  using Kind = engine::Notice::Kind;
  auto connection = find(notice.connection);
  if (connection == nullptr) return;
  if (notice.kind == Kind::kWelcome) connection->welcome(notice.epoch, notice.number);
  if (notice.kind == Kind::kAck) connection->acknowledge(notice.number);
  if (notice.kind == Kind::kRejected) connection->reject(notice.number, notice.text);
  if (notice.kind == Kind::kTakenOver) connection->taken_over();
  if (notice.kind == Kind::kRefused) connection->refuse(notice.text);
  if (notice.kind == Kind::kFinished) connection->finished();
}

void EventListener::send_answers() {
  std::vector<uint64_t> ids = std::exchange(answering_, {});
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (uint64_t id : ids) {
    if (auto connection = find(id)) connection->send_answers();
  }
}

// Called by a connection that has just read.
void EventListener::count_held(size_t before, size_t now) {
  held_bytes_ = held_bytes_ - before + now;
  if (now <= before || held_bytes_ <= std::max(kHeldBytesMost, 4 * line_bytes_)) return;
  auto most = std::max_element(connections_.begin(), connections_.end(), [](const auto& a, const auto& b) { return a.second->held_bytes() < b.second->held_bytes(); });
  const std::shared_ptr<EventConnection> connection = most->second;
  connection->drop_unfinished();
}

void EventListener::on_room(uint64_t id) {
  if (auto connection = find(id)) connection->offer_kept();
}

bool EventListener::mark_unread() {
  if (listener_.waiting()) return false;
  for (auto& [id, connection] : connections_) connection->mark_unread();
  return true;
}

bool EventListener::marked_read() const {
  return std::all_of(connections_.begin(), connections_.end(), [](const auto& each) { return each.second->marked_read(); });
}

void EventListener::stop(std::chrono::steady_clock::time_point deadline) {
  listener_.stop();
  draining_ = true;
  drain_deadline_ = deadline;
  auto connections = connections_;  // they leave the map as they close
  for (auto& [id, connection] : connections) connection->drain(deadline);
}

void EventListener::abort() {
  auto connections = connections_;
  for (auto& [id, connection] : connections) connection->close();
}

}  // namespace cep::server

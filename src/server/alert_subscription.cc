#include "server/alert_subscription.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <chrono>

#include "base/glob.h"
#include "base/log.h"
#include "server/alert_listener.h"

namespace cep::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// A subscriber that has closed without a word on a quiet channel is found by the kernel's probes.
void set_keepalive(tcp::socket* socket) {
  int on = 1, idle_seconds = 30, interval_seconds = 10, probes = 3;
  int fd = socket->native_handle();
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_seconds, sizeof idle_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

AlertSubscription::AlertSubscription(tcp::socket socket, AlertListener* owner, uint64_t id)
    : socket_(std::move(socket)), linger_(socket_.get_executor()), owner_(owner), id_(id), splitter_(kRequestBytesMax) {}

void AlertSubscription::start() {
  set_keepalive(&socket_);
  wait_readable();
}

void AlertSubscription::wait_readable() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (error || self->closed_) return;
    if (self->read_once()) {
      if (!self->closed_) self->wait_readable();
      return;
    }
    if (self->log_ == nullptr) return self->close();
    // Its direction is closed, ours need not be (`echo … | nc -N`): go on until the socket breaks.
    self->socket_.async_wait(tcp::socket::wait_error, [self](const error_code&) { self->close(); });
  });
}

bool AlertSubscription::read_once() {
  std::array<char, 4096> buffer;
  error_code error;
  size_t n = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return true;
  if (error) return false;
  splitter_.feed(
      std::string_view(buffer.data(), n), [this](uint64_t, std::string_view line) { take_line(line); },
      [this](uint64_t, std::string_view first_bytes) { take_line(first_bytes); });
  pump();
  return true;
}

void AlertSubscription::take_line(std::string_view line) {
  if (log_ != nullptr || stopping_) return;
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  SubscribeRequest request;
  std::string reason = parse_subscribe(line, &request);
  if (reason.empty()) return subscribe(request);
  if (outbox_.waiting_bytes() < kRequestBytesMax) outbox_.push(error_answer(reason));
}

void AlertSubscription::subscribe(const SubscribeRequest& request) {
  const RecordLog& log = owner_->hub_->log(request.channel);
  uint64_t from = log.next();
  if (request.from == SubscribeRequest::From::kEarliest) from = log.oldest();
  if (request.from == SubscribeRequest::From::kSeq) from = request.seq;
  if (from < log.oldest()) return outbox_.push(gone_answer(from, log.oldest()));
  if (from > log.next()) return outbox_.push(ahead_answer(from, log.next()));
  outbox_.push(subscribed_answer(owner_->hub_->log_id(), request.channel, from, log.oldest(), log.next()));
  log_ = &log;
  seq_ = from;
  patterns_ = request.patterns;
}

bool AlertSubscription::wants(uint32_t name_id) {
  if (patterns_.empty()) return true;
  if (name_id >= wants_.size()) wants_.resize(name_id + 1, -1);
  int8_t& known = wants_[name_id];
  if (known < 0) {
    const std::string& name = log_->name(name_id);
    known = std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& glob) { return base::glob_match(glob, name); });
  }
  return known != 0;
}

bool AlertSubscription::fill() {
  if (log_ == nullptr || cut_ || seq_ == log_->next()) return false;
  if (seq_ < log_->oldest()) {
    cut("record " + std::to_string(seq_) + " is no longer kept; the oldest is " + std::to_string(log_->oldest()));
    return true;
  }
  seq_ = log_->copy(seq_, kFillBytes, [this](uint32_t name_id) { return wants(name_id); }, outbox_.tail());
  caught_up_ = caught_up_ || seq_ == log_->next();
  return true;
}

bool AlertSubscription::too_far_behind() const {
  if (log_ == nullptr || cut_) return false;
  return seq_ < log_->oldest() || (caught_up_ && log_->bytes_from(seq_) > owner_->lag_bytes_);
}

void AlertSubscription::cut_if_too_far_behind() {
  if (too_far_behind()) cut("more than limits.subscriber_lag (" + std::to_string(owner_->lag_bytes_) + " bytes) behind");
}

void AlertSubscription::pump() {
  if (waiting_writable_) return cut_if_too_far_behind();
  for (size_t turn_bytes = 0; !closed_ && turn_bytes < kTurnBytes;) {
    if (outbox_.waiting_bytes() == 0 && !fill()) {
      if (stopping_ || cut_) close();
      return;
    }
    turn_bytes += outbox_.waiting_bytes();
    Outbox::State state = outbox_.write(&socket_);
    if (state == Outbox::State::kBroken) return close();
    if (state == Outbox::State::kBlocked) {
      cut_if_too_far_behind();
      return wait_writable();
    }
  }
  if (closed_) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->pump(); });
}

void AlertSubscription::cut(const std::string& reason) {
  cut_ = true;
  outbox_.push(error_answer(reason));
  base::LogLine(base::LogLevel::kWarn, "subscriber disconnected").add("reason", reason).add("next", seq_);
  linger_.expires_after(std::chrono::seconds(kLingerSeconds));
  linger_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) self->close();
  });
}

void AlertSubscription::wait_writable() {
  if (waiting_writable_ || closed_) return;
  waiting_writable_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->waiting_writable_ = false;
    if (!error) self->pump();
  });
}

void AlertSubscription::stop() {
  stopping_ = true;
  pump();
}

void AlertSubscription::close() {
  if (closed_) return;
  closed_ = true;
  linger_.cancel();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  owner_->remove(id_);
}

}  // namespace cep::server

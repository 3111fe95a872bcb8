#include "server/alert_subscription.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "base/glob.h"
#include "base/log.h"
#include "engine/durable_engine.h"
#include "server/alert_listener.h"
#include "server/foreign.h"

namespace cep::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr std::string_view kAlertsPort = "subscribers";
}

AlertSubscription::AlertSubscription(tcp::socket socket, AlertListener* owner, uint64_t id)
    : socket_(std::move(socket)), linger_(socket_.get_executor()), owner_(owner), id_(id), splitter_(kRequestBytesMax) {}

void AlertSubscription::start() {
  // Not kept alive by it: close() takes the ticket back.
  newcomer_ = owner_->count_->newcomers.add(false, [this](const std::string& reason) { make_way(reason); });
  wait_readable();
}

void AlertSubscription::wait_readable() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (error || self->closed_) return;
    if (self->read_once()) {
      if (!self->closed_) self->wait_readable();
      return;
    }
    self->input_ended_ = true;
    if (!self->subscribed_ || self->waiting_last_ack_) return self->close();
    // Its direction is closed, ours need not be (`echo … | nc -N`): go on until the socket breaks. One who has closed both looks the same until something is sent.
    self->owner_->input_ended(self->id_);
    self->socket_.async_wait(tcp::socket::wait_error, [self](const error_code&) { self->close(); });
  });
}

bool AlertSubscription::read_once() {
  std::array<char, 4096> buffer;
  error_code error;
  size_t n = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return true;
  if (error) return false;
  if (!std::exchange(any_bytes_, true) && is_tls_hello({buffer.data(), n})) refuse(tls_answer(kAlertsPort));
  if (refused_) return true;
  splitter_.feed(
      std::string_view(buffer.data(), n), [this](uint64_t number, std::string_view line) { take_line(number, line, true); },
      [this](uint64_t number, std::string_view first_bytes, uint64_t) { take_line(number, first_bytes, false); });
  pump();
  return true;
}

void AlertSubscription::refuse(const std::string& answer) {
  refused_ = true;
  owner_->count_->newcomers.remove(newcomer_);
  outbox_.push(answer);
  outbox_.write(&socket_);
  // A client that is still sending would be reset by a close, and lose the reason.
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  close_after(kRefusedLingerSeconds);
}

void AlertSubscription::take_line(uint64_t number, std::string_view line, bool whole) {
  if (refused_ || (stopping_ && !subscribed_)) return;
  if (number == 1 && is_http_line(line, whole)) return refuse(http_answer(kAlertsPort));
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
  if (subscribed_) return acknowledge(line);
  SubscribeRequest request;
  std::string reason = parse_subscribe(line, &request);
  if (reason.empty()) return subscribe(request);
  complain(reason);
}

void AlertSubscription::complain(const std::string& reason) {
  if (outbox_.waiting_bytes() < kRequestBytesMax) outbox_.push(error_answer(reason));
}

void AlertSubscription::subscribe(const SubscribeRequest& request) {
  using From = SubscribeRequest::From;
  const output::ChannelPlace place = owner_->engine_->log().place(request.channel);
  uint64_t from = place.next;
  if (request.from == From::kEarliest) from = place.oldest;
  if (request.from == From::kSeq) from = request.seq;
  if (request.from == From::kResume) {
    const uint64_t acknowledged = owner_->engine_->acknowledged(request.channel, request.consumer);
    from = acknowledged == 0 ? place.oldest : acknowledged + 1;  // one who has acknowledged nothing begins at the oldest
  }
  if (from < place.oldest) return outbox_.push(gone_answer(from, place.oldest));
  if (from > place.next) return outbox_.push(ahead_answer(from, place.next));
  outbox_.push(subscribed_answer(owner_->engine_->log_id(), request.channel, from, place.oldest, place.next));
  subscribed_ = true;
  owner_->count_->newcomers.remove(newcomer_);
  channel_ = request.channel;
  consumer_ = request.consumer;
  if (!consumer_.empty()) owner_->engine_->attend(channel_, consumer_, true);
  seq_ = from;
  patterns_ = request.patterns;
}

void AlertSubscription::acknowledge(std::string_view line) {
  uint64_t upto = 0;
  std::string reason = parse_ack(line, &upto);
  if (reason.empty() && consumer_.empty()) reason = "this subscription has no `consumer` whose place could be kept";
  if (reason.empty() && upto >= seq_) reason = "record " + std::to_string(upto) + " has not been sent on this connection";
  if (!reason.empty()) return complain(reason);
  if (upto == 0) return;
  if (Status kept = owner_->engine_->acknowledge(channel_, consumer_, upto); !kept.ok()) complain(kept.message());
}

bool AlertSubscription::wants(std::string_view name) {
  if (patterns_.empty()) return true;
  auto known = wants_.find(name);
  if (known == wants_.end()) {
    const bool any = std::any_of(patterns_.begin(), patterns_.end(), [&](const std::string& glob) { return base::glob_match(glob, name); });
    known = wants_.emplace(name, any).first;
  }
  return known->second;
}

bool AlertSubscription::fill() {
  if (!subscribed_ || cut_) return false;
  auto reading = owner_->engine_->log().copy(
      channel_, seq_, kFillBytes, [this](std::string_view name) { return wants(name); }, outbox_.tail());
  if (!reading.ok()) {
    base::LogLine(base::LogLevel::kError, "cannot read the output log").add("reason", reading.status().message());
    cut("the output log cannot be read");
    return true;
  }
  if (reading.value().gone) {
    const uint64_t oldest = owner_->engine_->log().place(channel_).oldest;
    cut("record " + std::to_string(seq_) + " is no longer kept; the oldest is " + std::to_string(oldest));
    return true;
  }
  if (reading.value().next == seq_) {
    caught_up_ = true;
    return false;
  }
  seq_ = reading.value().next;
  return true;
}

bool AlertSubscription::too_far_behind() const {
  return subscribed_ && !cut_ && caught_up_ && owner_->engine_->log().bytes_from(channel_, seq_) > owner_->lag_bytes_;
}

void AlertSubscription::cut_if_too_far_behind() {
  if (too_far_behind()) cut("more than limits.subscriber_lag (" + std::to_string(owner_->lag_bytes_) + " bytes) behind");
}

void AlertSubscription::pump() {
  if (waiting_writable_) return cut_if_too_far_behind();
  if (pump_posted_) return;
  for (int fills = 0; !closed_ && fills < kTurnFills; ++fills) {
    if (outbox_.waiting_bytes() == 0 && !fill()) {
      if (stopping_ || cut_) all_sent();
      return;
    }
    Outbox::State state = outbox_.write(&socket_);
    if (state == Outbox::State::kBroken) return close();
    if (state == Outbox::State::kBlocked) {
      cut_if_too_far_behind();
      return wait_writable();
    }
  }
  if (closed_) return;
  pump_posted_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->pump_posted_ = false;
    if (!self->closed_) self->pump();
  });
}

void AlertSubscription::cut(const std::string& reason) {
  cut_ = true;
  outbox_.push(error_answer(reason));
  base::LogLine(base::LogLevel::kWarn, "subscriber disconnected").add("reason", reason).add("next", seq_);
  close_after(kLingerSeconds);
}

void AlertSubscription::make_way(const std::string& reason) {
  if (closed_) return;
  outbox_.push(error_answer(reason));
  outbox_.write(&socket_);
  close();
}

void AlertSubscription::all_sent() {
  if (cut_ || consumer_.empty() || input_ended_) return close();
  if (std::exchange(waiting_last_ack_, true)) return;
  // It acknowledges what it has just read before it closes.
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  close_after(kLastAckSeconds);
}

void AlertSubscription::close_after(int seconds) {
  linger_.expires_after(std::chrono::seconds(seconds));
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
  if (!consumer_.empty()) owner_->engine_->attend(channel_, consumer_, false);
  owner_->count_->newcomers.remove(newcomer_);
  linger_.cancel();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  owner_->remove(id_);
}

}  // namespace cep::server

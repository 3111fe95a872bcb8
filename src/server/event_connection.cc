#include "server/event_connection.h"

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <string>

#include "base/log.h"
#include "server/event_listener.h"
#include "server/wire.h"

namespace cep::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

EventConnection::EventConnection(tcp::socket socket, EventListener* owner, uint64_t id)
    : socket_(std::move(socket)), linger_(socket_.get_executor()), owner_(owner), id_(id), splitter_(owner->line_bytes_) {}

void EventConnection::wait_readable() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (error || self->closed_ || self->ended_) return;
    // One buffer a turn: the others have theirs in between.
    Read read = self->read_once();
    self->send_answers();
    if (read == Read::kEnd) {
      self->finish();
    } else if (!self->closed_) {
      self->wait_readable();
    }
  });
}

EventConnection::Read EventConnection::read_once() {
  std::vector<char>& buffer = owner_->buffer_;
  error_code error;
  size_t n = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return Read::kNothing;
  if (error) return Read::kEnd;
  if (n == buffer.size()) owner_->ingest_->note_backlog();
  int64_t arrival_ms = wall_ms();
  splitter_.feed(
      std::string_view(buffer.data(), n), [&](uint64_t number, std::string_view line) { take_line(number, line, arrival_ms); },
      [&](uint64_t number, std::string_view first_bytes) { take_long(number, first_bytes); });
  return Read::kSome;
}

void EventConnection::take_line(uint64_t number, std::string_view line, int64_t arrival_ms) {
  if (is_hello(line)) {
    answer(number, "producer sessions are not in this version: send plain event lines, nothing is acknowledged");
    return;
  }
  OfferResult result = owner_->ingest_->offer(line, arrival_ms);
  if (result.rejected) answer(number, result.reason);
}

void EventConnection::take_long(uint64_t number, std::string_view first_bytes) {
  std::string reason = "the line is longer than limits.line (" + std::to_string(owner_->line_bytes_) + " bytes)";
  owner_->ingest_->offer_broken(first_bytes, reason);
  answer(number, reason);
}

void EventConnection::answer(uint64_t number, std::string_view reason) {
  if (answers_.waiting_bytes() >= kAnswerBytesMax) send_answers();
  if (answers_.waiting_bytes() < kAnswerBytesMax) {
    answers_.push(error_answer(number, reason));
  } else {
    ++dropped_answers_;
  }
}

void EventConnection::send_answers() {
  if (closed_ || waiting_writable_) return;
  Outbox::State state = answers_.write(&socket_);
  if (state == Outbox::State::kBroken) {
    answers_ = Outbox();  // the reading side tells when it is over
    state = Outbox::State::kEmpty;
  }
  if (state == Outbox::State::kEmpty) {
    if (ended_) close();
    return;
  }
  waiting_writable_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->waiting_writable_ = false;
    if (!error) self->send_answers();
  });
}

void EventConnection::finish() {
  if (closed_ || ended_) return;
  ended_ = true;
  linger_.expires_after(std::chrono::seconds(kLingerSeconds));
  linger_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) self->close();
  });
  send_answers();
}

void EventConnection::drain(std::chrono::steady_clock::time_point deadline) {
  if (closed_ || ended_) return;
  while (std::chrono::steady_clock::now() < deadline && read_once() == Read::kSome) {
    owner_->ingest_->flush();  // subscribers keep up meanwhile
  }
  finish();
}

void EventConnection::close() {
  if (closed_) return;
  closed_ = true;
  linger_.cancel();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  if (dropped_answers_ > 0) {
    base::LogLine(base::LogLevel::kWarn, "a client did not read its error answers").add("dropped", dropped_answers_);
  }
  owner_->remove(id_);
}

}  // namespace cep::server

#include "server/event_connection.h"

#include <boost/asio/buffer.hpp>
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "journal/entry.h"
#include "server/event_listener.h"
#include "server/foreign.h"
#include "server/wire.h"

namespace cep::server {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

EventConnection::EventConnection(tcp::socket socket, EventListener* owner, uint64_t id)
    : socket_(std::move(socket)), timer_(socket_.get_executor()), owner_(owner), id_(id), splitter_(owner->line_bytes_) {}

namespace {
constexpr std::string_view kEventsPort = "event lines";
}

// ---- reading

void EventConnection::start() {
  // Not kept alive by it: close() takes the ticket back.
  newcomer_ = owner_->count_->newcomers.add(true, [this](const std::string& reason) { make_way(reason); });
  wait_readable();
}

void EventConnection::wait_readable() {
  if (waiting_readable_ || closed_ || (ended_ && !refused_)) return;
  waiting_readable_ = true;
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->waiting_readable_ = false;
    if (!error && !self->closed_) self->on_readable();
  });
}

void EventConnection::on_readable() {
  if (refused_) return discard();
  if (!may_read()) return;  // who makes room, or welcomes, reads on
  // One buffer a turn: the others have theirs in between.
  size_t bytes = 0;
  if (read_once(&bytes) == Read::kEnd) return end();
  read_on();
}

bool EventConnection::may_read() const { return mode_ != Mode::kHello && batch_.count == 0 && !ended_; }

void EventConnection::mark_unread() {
  error_code error;
  const size_t come = closed_ ? 0 : socket_.available(error);
  marked_bytes_ = come_bytes_ + (error ? 0 : come);
}

bool EventConnection::marked_read() const { return closed_ || refused_ || (batch_.count == 0 && (ended_ || come_bytes_ >= marked_bytes_)); }

void EventConnection::read_on() {
  if (owner_->draining()) return drain(owner_->drain_deadline());
  if (may_read()) wait_readable();
}

EventConnection::Read EventConnection::read_once(size_t* bytes) {
  std::vector<char>& buffer = owner_->buffer_;
  error_code error;
  const size_t n = *bytes = socket_.read_some(asio::buffer(buffer.data(), std::min(buffer.size(), read_bytes_)), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return Read::kNothing;
  if (error && error != asio::error::eof) ++owner_->count_->resets;
  if (error) return Read::kEnd;
  read_at_ = steady_clock::now();
  come_bytes_ += n;
  if (mode_ == Mode::kFirst && held_bytes_ == 0 && is_tls_hello({buffer.data(), n})) {
    refuse_with(tls_answer(kEventsPort));
    return Read::kSome;
  }
  splitter_.feed(
      std::string_view(buffer.data(), n), [this](uint64_t number, std::string_view line) { take_line(number, line); },
      [this](uint64_t number, std::string_view first_bytes, uint64_t length) { take_long(number, first_bytes, length); });
  // Who sends very short lines is read in smaller pieces: the others have their turn after as much work.
  read_bytes_ = batch_.count == 0 ? buffer.size() : std::max(kReadBytesLeast, n / batch_.count * kReadLines);
  offer();
  count_held();
  return Read::kSome;
}

void EventConnection::count_held() {
  const size_t before = std::exchange(held_bytes_, closed_ ? 0 : splitter_.held_bytes());
  owner_->count_held(before, held_bytes_);
}

void EventConnection::drop_unfinished() {
  splitter_ = base::LineSplitter(owner_->line_bytes_);
  count_held();
  refuse("too many long lines are on their way at once, and this connection's was the longest: send it later");
}

bool EventConnection::is_foreign(std::string_view line, bool whole) {
  owner_->count_->newcomers.remove(newcomer_);
  if (!is_http_line(line, whole)) return false;
  refuse_with(http_answer(kEventsPort));
  return true;
}

void EventConnection::take_line(uint64_t number, std::string_view line) {
  if (refused_ || (number == 1 && is_foreign(line, true))) return;
  if (is_hello(line)) {
    if (number == 1) return hello(line);
    return append_broken(line.size(), line, "`_hello` must be the first line of a connection");
  }
  if (mode_ == Mode::kFirst) mode_ = Mode::kPlain;
  journal::append_line(line, &batch_.entries);
  ++batch_.count;
}

void EventConnection::take_long(uint64_t number, std::string_view first_bytes, uint64_t length) {
  if (refused_ || (number == 1 && is_foreign(first_bytes, false))) return;
  if (mode_ == Mode::kFirst) mode_ = Mode::kPlain;
  append_broken(length, first_bytes, "the line is longer than limits.line (" + std::to_string(owner_->line_bytes_) + " bytes)");
}

void EventConnection::append_broken(uint64_t length, std::string_view line, std::string_view reason) {
  journal::append_broken(length, line.substr(0, journal::kBrokenBytesMax), reason, &batch_.entries);
  ++batch_.count;
}

void EventConnection::hello(std::string_view line) {
  HelloRequest request;
  std::string reason = parse_hello(line, &request);
  if (!reason.empty()) return refuse(reason);
  mode_ = Mode::kHello;
  producer_ = request.producer;
  stream_ = request.stream;
  owner_->engine_->hello(id_, producer_, stream_);
}

// ---- to the engine

void EventConnection::offer() {
  if (batch_.count == 0 || mode_ == Mode::kHello) return;
  batch_.connection = id_;
  batch_.producer = producer_;
  batch_.epoch = epoch_;
  batch_.stream = stream_;
  batch_.first_number = next_number_;
  const uint32_t count = batch_.count;
  if (!owner_->engine_->offer(&batch_)) return;  // kRoom comes
  next_number_ += count;
  batch_ = {};
}

void EventConnection::offer_kept() {
  if (closed_ || batch_.count == 0) return;
  offer();
  if (batch_.count > 0) return;
  if (ended_) return end();
  read_on();
}

void EventConnection::end() {
  ended_ = true;
  if (closed_ || finish_asked_ || refused_) return;
  if (batch_.count > 0 && mode_ != Mode::kHello) return;  // offer_kept() comes back here
  finish_asked_ = true;
  owner_->engine_->finish(id_);
}

void EventConnection::drain(steady_clock::time_point deadline) {
  if (closed_ || ended_) return;
  // What has come by now: who goes on sending is not read for ever.
  error_code error;
  const size_t come = socket_.available(error);
  for (size_t bytes = 0, read = 0; !error && read < come && may_read() && steady_clock::now() < deadline; read += bytes) {
    if (read_once(&bytes) != Read::kSome) break;
  }
  if (batch_.count > 0 && mode_ != Mode::kHello && steady_clock::now() < deadline) return;  // offer_kept() comes back here
  end();
}

// ---- what the engine says

void EventConnection::welcome(uint64_t epoch, uint64_t next) {
  if (closed_ || ended_ || mode_ != Mode::kHello) return;
  mode_ = Mode::kSession;
  epoch_ = epoch;
  next_number_ = next;
  answers_.push(welcome_answer(next));
  send_answers();
  offer();  // what came together with the hello
  if (!closed_ && !ended_) read_on();
}

void EventConnection::acknowledge(uint64_t number) {
  acknowledged_ = std::max(acknowledged_, number);
  owner_->send_later(id_);
}

void EventConnection::reject(uint64_t number, std::string_view reason) {
  if (closed_ || broken_) return;
  if (answers_.waiting_bytes() >= kAnswerBytesMax) send_answers();
  if (answers_.waiting_bytes() >= kAnswerBytesMax) {
    ++dropped_answers_;
    return;
  }
  if (answers_.waiting_bytes() == 0) answer_since_ = steady_clock::now();
  append_error_answer(number, reason, answers_.tail());
  owner_->send_later(id_);
}

void EventConnection::taken_over() { refuse("another connection has taken over the session of producer \"" + producer_ + "\""); }

void EventConnection::finished() {
  if (closed_ || finished_) return;
  finished_ = true;
  close_after(kLingerSeconds);
  send_answers();
}

void EventConnection::refuse(const std::string& reason) { refuse_with(error_answer(reason)); }

void EventConnection::refuse_with(const std::string& answer) {
  if (closed_ || refused_) return;
  refused_ = ended_ = finished_ = true;
  batch_ = {};
  answers_.push(answer);
  close_after(kRefusedLingerSeconds);
  send_answers();
}

// ---- to the client

// An answer that meets a client which has closed is itself answered by a reset.
bool EventConnection::may_answer() {
  const bool told_at_once = mode_ == Mode::kHello || mode_ == Mode::kSession || ended_ || broken_;
  if (told_at_once || answers_.waiting_bytes() == 0 || answers_.waiting_bytes() >= kAnswerBytesMax) return true;
  error_code error;
  const auto now = steady_clock::now();
  const bool unread = batch_.count > 0 || socket_.available(error) > 0;
  if (!unread && (now - read_at_ >= kPause || now - answer_since_ >= kAnswerAfter)) return true;
  if (timer_.expiry() > now) return false;
  timer_.expires_after(kPause);
  timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) self->send_answers();
  });
  return false;
}

void EventConnection::send_answers() {
  if (closed_ || waiting_writable_ || !may_answer()) return;
  Outbox::State state = broken_ ? Outbox::State::kEmpty : answers_.write(&socket_);
  while (state == Outbox::State::kEmpty && acknowledged_ > ack_sent_ && !broken_ && !refused_) {
    ack_sent_ = acknowledged_;
    answers_.push(ack_answer(ack_sent_));
    state = answers_.write(&socket_);
  }
  if (state == Outbox::State::kBroken) {
    broken_ = true;  // the reading side tells when it is over
    answers_ = Outbox();
    state = Outbox::State::kEmpty;
  }
  if (state == Outbox::State::kEmpty) return all_sent();
  waiting_writable_ = true;
  socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
    self->waiting_writable_ = false;
    if (!error) self->send_answers();
  });
}

void EventConnection::all_sent() {
  if (!finished_) return;
  if (!refused_ || broken_) return close();
  // A client that is still sending would be reset by a close, and lose the reason.
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  wait_readable();
}

void EventConnection::discard() {
  error_code error;
  socket_.read_some(asio::buffer(owner_->buffer_), error);
  if (error && error != asio::error::would_block && error != asio::error::interrupted) return close();
  wait_readable();
}

void EventConnection::close_after(int seconds) {
  timer_.expires_after(std::chrono::seconds(seconds));
  timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) self->close();
  });
}

void EventConnection::make_way(const std::string& reason) {
  if (closed_) return;
  answers_.push(error_answer(reason));
  answers_.write(&socket_);
  close();
}

void EventConnection::close() {
  if (closed_) return;
  closed_ = true;
  owner_->count_->newcomers.remove(newcomer_);
  timer_.cancel();
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  count_held();
  if (dropped_answers_ > 0) {
    base::LogLine(base::LogLevel::kWarn, "a client did not read its error answers").add("dropped", dropped_answers_);
  }
  owner_->remove(id_);
}

}  // namespace cep::server

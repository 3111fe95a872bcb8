// Boost.Beast's parser and serializer between a socket and HttpService: the one file of the listener that includes Beast.
#include "server/http_connection.h"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>

#include "server/http_guard.h"

namespace cep::server {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

HttpCaller caller_of(const http::request_header<>& header) {
  auto field = [&](auto name) {
    const auto value = header[name];
    return std::string_view(value.data(), value.size());
  };
  return {field(http::field::host), field(http::field::origin), field("Sec-Fetch-Site"), field(http::field::user_agent), field(http::field::content_type)};
}

class Connection : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, HttpService* service, BodyBudget* budget, const HttpLimits& limits, std::function<void()> on_closed)
      : stream_(std::move(socket)),
        buffer_(limits.header_bytes + kReadBytes),
        service_(service),
        budget_(budget),
        limits_(limits),
        on_closed_(std::move(on_closed)) {}

  void start() override {
    read_header();
  }
  void finish() override {
    finishing_ = true;
    if (!handling_) close();
  }
  void close() override;
  bool idle() const override { return !handling_ && !chunk_; }

 private:
  static constexpr size_t kReadBytes = 64 << 10;
  static constexpr size_t kChunkBytes = 16 << 10;
  static constexpr int64_t kLingerMs = 2000;
  using Parser = http::request_parser<http::buffer_body>;

  void read_header();
  void on_header(const error_code& error);
  void read_body();
  void read_chunk();
  void on_chunk(const error_code& error);
  void handle();
  void answer(const HttpAnswer& answer, bool keep_alive);
  void write(http::response<http::string_body> response);
  void refuse(const error_code& error);
  void linger();
  void discard();
  void give_back() {
    budget_->used -= counted_;
    counted_ = 0;
  }
  http::response<http::string_body> response_of(const HttpAnswer& answer, bool keep_alive) const;

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  HttpService* service_;
  BodyBudget* budget_;
  HttpLimits limits_;
  std::function<void()> on_closed_;
  std::optional<Parser> parser_;
  HttpRoute route_;
  std::string body_;             // as far as it has come
  std::unique_ptr<char[]> chunk_;   // of the body that is coming
  uint64_t counted_ = 0;         // bytes of body_ in the budget
  bool head_ = false;            // the request is a HEAD
  bool handling_ = false;        // a whole request, or one that is refused, is not answered yet
  bool finishing_ = false;
  bool closed_ = false;
};

void Connection::read_header() {
  parser_.emplace();
  parser_->header_limit(limits_.header_bytes);
  parser_->body_limit(boost::none);   // set by the place, below
  body_.clear();
  head_ = false;
  handling_ = false;
  chunk_.reset();
  if (finishing_) return close();
  stream_.expires_after(milliseconds(limits_.idle_ms));
  http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, size_t) { self->on_header(error); });
}

void Connection::on_header(const error_code& error) {
  if (closed_) return;
  if (error) return refuse(error);
  const auto& request = parser_->get();
  const auto method = request.method_string();
  head_ = request.method() == http::verb::head;
  if (const auto codings = request.count(http::field::transfer_encoding); codings > 0) {
    // Beast takes a coding that it does not know for no body at all: what follows would be read as another request.
    if (codings > 1 || !beast::iequals(request[http::field::transfer_encoding], "chunked")) {
      return answer(error_of(501, "a body comes with a Content-Length or, once, with `Transfer-Encoding: chunked`"), false);
    }
  }
  route_ = route_of({method.data(), method.size()}, {request.target().data(), request.target().size()});
  if (request.count(http::field::host) > 1) return answer(error_of(400, "a request has one Host"), false);
  if (HttpAnswer stranger = refuse_stranger(std::string_view(method.data(), method.size()), caller_of(request), limits_.names); stranger.code != 200) {
    return answer(stranger, false);
  }
  if (!route_.ok()) return answer(route_.error, parser_->is_done() && request.keep_alive());
  const auto coding = request[http::field::content_encoding];
  if (!coding.empty() && !beast::iequals(coding, "identity")) return answer(error_of(415, "a body is taken as it is, without Content-Encoding"), false);
  const uint64_t most = body_limit(route_);
  const auto length = parser_->content_length();
  if (length && *length > most) return answer(error_of(413, "the body may have " + std::to_string(most) + " bytes here"), false);
  parser_->body_limit(most);
  if (parser_->is_done()) return handle();
  read_body();
}

void Connection::read_body() {
  stream_.expires_after(milliseconds(limits_.body_ms));
  chunk_ = std::make_unique<char[]>(kChunkBytes);
  if (!beast::iequals(parser_->get()[http::field::expect], "100-continue")) return read_chunk();
  auto go_on = std::make_shared<http::response<http::empty_body>>(http::status::continue_, 11);
  http::async_write(stream_, *go_on, [self = shared_from_this(), go_on](const error_code& error, size_t) {
    if (error) return self->close();
    self->read_chunk();
  });
}

void Connection::read_chunk() {
  auto& part = parser_->get().body();
  part.data = chunk_.get();
  part.size = kChunkBytes;
  part.more = true;
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, size_t) { self->on_chunk(error); });
}

// Bytes count when they have come, not when they are announced: who only announces takes nothing from the others.
void Connection::on_chunk(const error_code& error) {
  if (closed_) return;
  if (error && error != http::error::need_buffer) return refuse(error);
  const size_t got = kChunkBytes - parser_->get().body().size;
  if (budget_->used + got > budget_->most) {
    HttpAnswer busy = error_of(503, "too many large requests at once");
    busy.retry_after_seconds = 1;
    return answer(busy, false);
  }
  counted_ += got;
  budget_->used += got;
  body_.append(chunk_.get(), got);
  if (!parser_->is_done()) return read_chunk();
  handle();
}

void Connection::handle() {
  handling_ = true;
  chunk_.reset();
  const auto& message = parser_->get();
  const bool keep_alive = message.keep_alive();
  HttpRequest request;
  const auto method = message.method_string();
  request.method.assign(method.data(), method.size());
  if (request.method == "HEAD") request.method = "GET";
  request.route = route_;
  const auto accept = message[http::field::accept];
  request.plain = accept.substr(0, 10) == "text/plain";
  request.open_metrics = accept.find("application/openmetrics-text") != accept.npos;
  request.body = std::move(body_);
  stream_.expires_never();   // the engine answers in its own time
  service_->handle(std::move(request), [self = shared_from_this(), keep_alive](HttpAnswer a) {
    if (!self->closed_) self->answer(a, keep_alive);
  });
}

http::response<http::string_body> Connection::response_of(const HttpAnswer& answer, bool keep_alive) const {
  http::response<http::string_body> response{static_cast<http::status>(answer.code), 11};
  response.set(http::field::server, "cepd");
  response.set(http::field::content_type, answer.type);
  response.set(http::field::cache_control, "no-store");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  if (answer.retry_after_seconds > 0) response.set(http::field::retry_after, std::to_string(answer.retry_after_seconds));
  response.keep_alive(keep_alive && !finishing_);
  response.content_length(answer.body.size());
  if (!head_) response.body() = answer.body;
  return response;
}

void Connection::answer(const HttpAnswer& answer, bool keep_alive) {
  give_back();
  std::string().swap(body_);
  handling_ = true;
  write(response_of(answer, keep_alive));
}

void Connection::write(http::response<http::string_body> response) {
  struct Writing {
    http::response<http::string_body> message;
    http::response_serializer<http::string_body> serializer{message};
    explicit Writing(http::response<http::string_body> m) : message(std::move(m)) {}
  };
  auto writing = std::make_shared<Writing>(std::move(response));
  const bool keep_alive = writing->message.keep_alive();
  stream_.expires_after(milliseconds(limits_.write_ms));
  auto written = [self = shared_from_this(), writing, keep_alive](const error_code& error, size_t) {
    if (self->closed_) return;
    if (error) return self->close();
    if (keep_alive) return self->read_header();
    self->linger();
  };
  if (head_) {
    http::async_write_header(stream_, writing->serializer, std::move(written));
  } else {
    http::async_write(stream_, writing->serializer, std::move(written));
  }
}

// What cannot be read is answered where it can be, and the connection is closed.
void Connection::refuse(const error_code& error) {
  if (error == http::error::header_limit) return answer(error_of(431, "the header may have " + std::to_string(limits_.header_bytes) + " bytes"), false);
  if (error == http::error::body_limit) return answer(error_of(413, "the body may have " + std::to_string(body_limit(route_)) + " bytes here"), false);
  const bool gone = error == http::error::end_of_stream || error == http::error::partial_message || error == beast::error::timeout;
  if (!gone && error.category() == http::make_error_code(http::error::bad_method).category()) {
    return answer(error_of(400, "this is no HTTP request: " + error.message()), false);
  }
  close();
}

// What the client has sent and nobody has read would make the system throw the answer away at a close, so it is read for a moment, to nowhere.
void Connection::linger() {
  handling_ = false;
  if (finishing_) return close();
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(milliseconds(kLingerMs));
  discard();
}

void Connection::discard() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [self = shared_from_this()](const error_code& error, size_t) {
    if (self->closed_) return;
    if (error) return self->close();
    self->discard();
  });
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  give_back();
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.close();
  on_closed_();
}

}  // namespace

std::shared_ptr<HttpConnection> make_http_connection(tcp::socket socket, HttpService* service, BodyBudget* budget, const HttpLimits& limits,
                                                     std::function<void()> on_closed) {
  return std::make_shared<Connection>(std::move(socket), service, budget, limits, std::move(on_closed));
}

}  // namespace cep::server

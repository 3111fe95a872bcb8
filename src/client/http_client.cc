#include "client/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/endpoint.h"

namespace cep::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr uint64_t kBodyBytesMax = 256 << 20;

// Asynchronous inside, since only that can time out; run() blocks until it is over.
class Call {
 public:
  Call(const HttpCall& call, const base::Endpoint& at) : at_(at), stream_(io_) {
    request_.version(11);
    request_.method_string(call.method);
    request_.target(call.target);
    request_.set(http::field::host, to_text(at));
    request_.set(http::field::user_agent, "cepctl");
    request_.set(http::field::connection, "close");
    if (!call.body.empty() || call.method == "PUT" || call.method == "POST") {
      request_.set(http::field::content_type, call.type);
      request_.body() = call.body;
      request_.prepare_payload();
    }
    parser_.body_limit(kBodyBytesMax);
    stream_.expires_after(std::chrono::milliseconds(call.timeout_ms));
  }

  error_code run() {
    error_code error;
    tcp::resolver resolver(io_);
    const auto found = resolver.resolve(at_.host, std::to_string(at_.port), error);
    if (error) return error;
    stream_.async_connect(found, [this](const error_code& failed, const tcp::endpoint& to) {
      if (!step(failed)) return;
      request_.set(http::field::host, to_text(base::Endpoint{to.address().to_string(), to.port()}));  // whatever name it was found by
      http::async_write(stream_, request_, [this](const error_code& unsent, size_t) {
        // The daemon may answer before it has read all, with an error: look for it in any case.
        unsent_ = unsent;
        http::async_read(stream_, buffer_, parser_, [this](const error_code& unread, size_t) { step(unread && unsent_ ? unsent_ : unread); });
      });
    });
    io_.run();
    return error_;
  }

  HttpReply reply() {
    HttpReply reply;
    reply.code = parser_.get().result_int();
    reply.body = std::move(parser_.get().body());
    return reply;
  }

 private:
  bool step(const error_code& error) {
    error_ = error;
    return !error;
  }

  base::Endpoint at_;
  asio::io_context io_{1};
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  error_code error_, unsent_;
};

}  // namespace

std::string HttpReply::error() const {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_string()) return json["error"].get<std::string>();
  return body;
}

Result<HttpReply> call_http(const HttpCall& call) {
  Result<base::Endpoint> at = base::parse_endpoint(call.at);
  if (!at.ok()) return at.status();
  try {
    Call running(call, at.value());
    const error_code error = running.run();
    if (!error) return running.reply();
    if (error == http::error::bad_version || error == http::error::bad_status || error == http::error::bad_reason) {
      return Status::error("what answers at " + to_text(at.value()) + " is no cepd; is that its port `http`?");
    }
    std::string reason = error == beast::error::timeout ? "no answer in " + std::to_string(call.timeout_ms) + " ms" : error.message();
    if (error == boost::asio::error::connection_refused) reason += " (does it run, and is this the port that it listens on?)";
    return Status::error("cannot reach cepd at " + to_text(at.value()) + ": " + reason);
  } catch (const std::exception& e) {  // out of descriptors
    return Status::error("cannot reach cepd at " + to_text(at.value()) + ": " + e.what());
  }
}

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::string pattern_change_body(const std::vector<SourceFile>& put, const std::vector<std::string>& removed) {
  using Json = nlohmann::json;
  Json json{{"files", Json::array()}, {"remove", removed}};
  for (const SourceFile& file : put) json["files"].push_back({{"name", file.name}, {"text", file.text}});
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cep::client

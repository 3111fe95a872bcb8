// `cepctl tail`: subscribes to one channel and prints its records.
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/endpoint.h"
#include "server/client.h"
#include "server/connect.h"
#include "server/line_splitter.h"
#include "server/pretty.h"

namespace cep::server {
namespace {

using Json = nlohmann::json;

constexpr size_t kAnswerBytesMax = 64 << 20;  // a record may be as long as the daemon's limits.record says

// The first line to the daemon; empty if `since` cannot be read.
std::string subscribe_line(const TailOptions& options) {
  Json body;
  body["channel"] = options.channel;
  body["patterns"] = options.patterns.empty() ? std::vector<std::string>{"*"} : options.patterns;
  if (options.since == "latest" || options.since == "earliest") {
    body["from"] = options.since;
  } else {
    if (options.since.empty() || options.since.size() > 19 || options.since.find_first_not_of("0123456789") != std::string::npos) return {};
    body["from"] = std::stoull(options.since);
  }
  return Json{{"_subscribe", body}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

class Tail {
 public:
  Tail(const TailOptions& options, ClientSocket* socket) : options_(options), socket_(socket) {}

  int run() {
    LineSplitter splitter(kAnswerBytesMax);
    char buffer[64 << 10];
    while (!done_) {
      long n = socket_->read_some(buffer, sizeof buffer, options_.idle_ms > 0 ? options_.idle_ms : -1);
      if (n < 0) return options_.count > 0 ? short_of() : 0;
      if (n == 0) return closed();
      splitter.feed(
          std::string_view(buffer, static_cast<size_t>(n)), [this](uint64_t, std::string_view line) { take(line); },
          [this](uint64_t, std::string_view line) { take(line); });
      std::fflush(options_.out);
    }
    return status_;
  }

 private:
  void take(std::string_view line) {
    if (done_) return;
    if (line.starts_with("{\"_error\"")) return refuse(line);
    if (!subscribed_) {
      subscribed_ = true;  // the `_subscribed` line
      return;
    }
    if (options_.pretty) {
      std::string text = pretty_record(line, options_.colour);
      std::fwrite(text.data(), 1, text.size(), options_.out);
    } else {
      std::fwrite(line.data(), 1, line.size(), options_.out);
      std::fputc('\n', options_.out);
    }
    done_ = ++records_ == options_.count || std::ferror(options_.out);
  }

  void refuse(std::string_view line) {
    Json answer = Json::parse(line.begin(), line.end(), nullptr, false);
    std::string reason(line);
    if (answer.is_object() && answer["_error"].is_object() && answer["_error"]["reason"].is_string()) reason = answer["_error"]["reason"];
    std::fprintf(options_.err, "cepd at %s: %s\n", options_.from.c_str(), reason.c_str());
    done_ = true;
    status_ = 1;
  }

  int closed() const {
    if (!subscribed_) {
      std::fprintf(options_.err, "cepd at %s closed the connection\n", options_.from.c_str());
      return 3;
    }
    return options_.count > 0 ? short_of() : 0;
  }

  int short_of() const {
    std::fprintf(options_.err, "%llu records came, not %llu\n", static_cast<unsigned long long>(records_),
                 static_cast<unsigned long long>(options_.count));
    return 1;
  }

  const TailOptions& options_;
  ClientSocket* socket_;
  bool subscribed_ = false;
  bool done_ = false;
  int status_ = 0;
  uint64_t records_ = 0;
};

}  // namespace

int run_tail(const TailOptions& options) {
  std::string request = subscribe_line(options);
  if (request.empty()) {
    std::fprintf(options.err, "--since \"%s\": write latest, earliest or the seq of a record\n", options.since.c_str());
    return 2;
  }
  Result<ClientSocket> socket = connect_to(options.from, options.wait_ms);
  if (!socket.ok()) {
    std::fprintf(options.err, "%s\n", socket.status().message().c_str());
    return base::parse_endpoint(options.from).ok() ? 3 : 2;
  }
  socket.value().write_all(request);
  return Tail(options, &socket.value()).run();
}

}  // namespace cep::server

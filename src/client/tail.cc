// `cepctl tail`: subscribes to one channel and prints its records.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/endpoint.h"
#include "base/visible.h"
#include "client/client.h"
#include "client/connect.h"
#include "base/line_splitter.h"
#include "client/pretty.h"

namespace cep::client {
namespace {

using Json = nlohmann::json;

constexpr size_t kAnswerBytesMax = 64 << 20;  // a record may be as long as the daemon's limits.record says

// Where to begin, if nothing was said.
std::string since_of(const TailOptions& options) {
  if (!options.since.empty()) return options.since;
  return options.consumer.empty() ? "latest" : "resume";
}

// The first line to the daemon; empty if `since` cannot be read.
std::string subscribe_line(const TailOptions& options) {
  Json body;
  body["channel"] = options.channel;
  body["patterns"] = options.patterns.empty() ? std::vector<std::string>{"*"} : options.patterns;
  if (!options.consumer.empty()) body["consumer"] = options.consumer;
  const std::string since = since_of(options);
  if (since == "latest" || since == "earliest" || since == "resume") {
    body["from"] = since;
  } else {
    if (since.size() > 19 || since.find_first_not_of("0123456789") != std::string::npos) return {};
    body["from"] = std::stoull(since);
  }
  return Json{{"_subscribe", body}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The seq of a record: its second member.
uint64_t seq_of(std::string_view record) {
  constexpr std::string_view kName = "\"seq\":";
  const size_t at = record.find(kName);
  uint64_t seq = 0;
  if (at != std::string_view::npos) std::from_chars(record.data() + at + kName.size(), record.data() + record.size(), seq);
  return seq;
}

class Tail {
 public:
  Tail(const TailOptions& options, ClientSocket* socket) : options_(options), socket_(socket) {}

  int run() {
    base::LineSplitter splitter(kAnswerBytesMax);
    char buffer[64 << 10];
    while (!done_) {
      long n = socket_->read_some(buffer, sizeof buffer, options_.idle_ms > 0 ? options_.idle_ms : -1);
      if (n < 0) return options_.count > 0 ? short_of() : 0;
      if (n == 0) return closed();
      splitter.feed(
          std::string_view(buffer, static_cast<size_t>(n)), [this](uint64_t, std::string_view line) { take(line); },
          [this](uint64_t, std::string_view line, uint64_t) { take(line); });
      if (std::fflush(options_.out) == 0 && std::ferror(options_.out) == 0) acknowledge();
    }
    return status_;
  }

 private:
  void take(std::string_view line) {
    if (done_) return;
    if (line.starts_with("{\"_error\"")) return refuse(line);
    if (!subscribed_) {
      subscribed_ = line.starts_with("{\"_subscribed\"");
      if (!subscribed_) stranger();
      return;
    }
    if (options_.pretty) {
      std::string text = pretty_record(line, options_.colour);
      std::fwrite(text.data(), 1, text.size(), options_.out);
    } else {
      std::fwrite(line.data(), 1, line.size(), options_.out);
      std::fputc('\n', options_.out);
    }
    seq_ = seq_of(line);
    done_ = ++records_ == options_.count || std::ferror(options_.out);
  }

  // What was printed is not wanted again.
  void acknowledge() {
    if (options_.consumer.empty() || seq_ == acknowledged_) return;
    acknowledged_ = seq_;
    socket_->write_all("{\"_ack\":{\"upto\":" + std::to_string(seq_) + "}}\n");
  }

  void refuse(std::string_view line) {
    Json answer = Json::parse(line.begin(), line.end(), nullptr, false);
    std::string reason(line);
    if (answer.is_object() && answer["_error"].is_object()) {
      if (answer["_error"]["reason"].is_string()) reason = answer["_error"]["reason"];
      // Only the port `events` counts lines.
      if (!subscribed_ && answer["_error"].contains("line")) reason = "that is its port `events`; records come from its port `alerts`, 7801 if nothing else is said";
    }
    std::fprintf(options_.err, "cepd at %s: %s\n", options_.from.c_str(), base::visible(reason).c_str());
    done_ = true;
    status_ = 1;
  }

  void stranger() {
    std::fprintf(options_.err, "what answers at %s is no cepd; is that its port `alerts`?\n", options_.from.c_str());
    done_ = true;
    status_ = 3;
  }

  int closed() const {
    if (!subscribed_) {
      std::fprintf(options_.err, "cepd at %s closed the connection\n", options_.from.c_str());
      return 3;
    }
    const std::string where = seq_ > 0 ? " after record " + std::to_string(seq_) : std::string();
    std::fprintf(options_.err, "cepd at %s has gone%s\n", options_.from.c_str(), where.c_str());
    return options_.count > 0 ? short_of() : 3;
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
  uint64_t seq_ = 0;           // of the last record printed
  uint64_t acknowledged_ = 0;
};

}  // namespace

int run_tail(const TailOptions& options) {
  std::string request = subscribe_line(options);
  if (request.empty()) {
    std::fprintf(options.err, "--since \"%s\": write latest, earliest, resume or the seq of a record\n", options.since.c_str());
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

}  // namespace cep::client

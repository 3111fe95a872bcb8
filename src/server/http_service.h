// The port `http` without its sockets: a request in, an answer out, now or when the engine has said what became of it. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/durable_engine.h"
#include "server/http_events.h"
#include "server/http_rates.h"
#include "server/http_route.h"
#include "server/http_view.h"
#include "server/listener.h"

namespace cep::server {

struct HttpRequest {
  std::string method;
  HttpRoute route;               // that was found for it; no error
  std::string body;
  bool plain = false;            // errors as text: the client says `Accept: text/plain`
  bool open_metrics = false;     // metrics as OpenMetrics: it says that it reads them
};

class HttpService {
 public:
  using Reply = std::function<void(HttpAnswer)>;
  static constexpr int64_t kLoadWaitMs = 60'000;

  // `count`: connections of all ports. The pointers must outlive this object.
  HttpService(boost::asio::io_context* io, engine::DurableEngine* engine, const ConnectionCount* count, size_t line_bytes);

  // `reply` is called once, possibly before this returns.
  void handle(HttpRequest request, Reply reply);
  // All notices of the engine but those of other ports' connections.
  void on_notice(const engine::Notice& notice);
  void start();
  // Answers all that waits and takes nothing more.
  void stop();

  const HttpEvents& events() const { return events_; }

 private:
  struct Load {
    Reply reply;
    nlohmann::ordered_json answer;   // but for the position
    bool plain = false;
    int64_t deadline_ms = 0;
  };

  HttpView view() const;
  HttpAnswer read(const HttpRequest& request) const;
  HttpAnswer pattern_text(const HttpRequest& request) const;
  bool load_refused(bool plain, const Reply& reply) const;
  void put(HttpRequest request, Reply reply);
  void change(const HttpRequest& request, Reply reply);
  void ask_for(const engine::FileChange& change, nlohmann::ordered_json answer, bool plain, Reply reply);
  void remove(const HttpRequest& request, Reply reply);
  void reset_clock(const HttpRequest& request, Reply reply);
  void loaded(const engine::Notice& notice);
  void expire_loads();
  void sample();

  engine::DurableEngine* engine_;
  const ConnectionCount* count_;
  HttpEvents events_;
  Rates rates_;
  std::map<uint64_t, Load> loads_;   // by the engine's number
  uint64_t loads_done_ = 0, loads_failed_ = 0;
  boost::asio::steady_timer sample_timer_;
  bool stopped_ = false;
};

}  // namespace cep::server

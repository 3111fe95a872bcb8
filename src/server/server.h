// The daemon's sockets and its loop: both ports, ticks, signals, the clean stop. One thread runs the loop and the engine.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/endpoint.h"
#include "cep/engine.h"
#include "cep/status.h"
#include "server/record_hub.h"

namespace cep::server {

struct ServerOptions {
  base::Endpoint events{"127.0.0.1", 7800};
  base::Endpoint alerts{"127.0.0.1", 7801};
  size_t line_bytes = 1 << 20;              // limits.line
  size_t connections = 4096;                // limits.connections, of both ports together
  uint64_t subscriber_lag_bytes = 64 << 20;  // limits.subscriber_lag
  int64_t read_rest_ms = 2000;              // of a stop: to read what has come already
  int64_t drain_ms = 5000;                  // of a stop: for answers and records on their way
};

class Server {
 public:
  // `engine`'s sink is `hub`; both must outlive the server.
  Server(Engine* engine, const RecordHub* hub, const ServerOptions& options);
  ~Server();

  // Takes the signals over (SIGPIPE is ignored) and binds both ports. On failure *error_number is the errno.
  Status open(int* error_number);
  // The ports actually bound. REQUIRES open().
  uint16_t events_port() const;
  uint16_t alerts_port() const;
  // Serves until SIGTERM or SIGINT, then stops cleanly: what has come is read and worked off, its records go to the subscribers that read, within
  // bounded time. A second signal ends the process at once. REQUIRES open(). Once.
  void run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cep::server

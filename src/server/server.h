// The daemon's sockets and its loop: its ports, what the engine says, signals, the clean stop. One thread runs the loop; the engine has its own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "cep/program.h"
#include "cep/status.h"
#include "engine/durable_engine.h"

namespace cep::server {

struct ServerOptions {
  base::Endpoint events{"127.0.0.1", 7800};
  base::Endpoint alerts{"127.0.0.1", 7801};
  std::optional<base::Endpoint> http;        // none: no such port
  std::vector<std::string> http_names;       // listen.http_names: what a request may call the daemon, beside addresses, localhost and the machine's own name
  size_t line_bytes = 1 << 20;               // limits.line
  size_t connections = 4096;                 // limits.connections, of all ports together
  uint64_t subscriber_lag_bytes = 64 << 20;  // limits.subscriber_lag
  int64_t read_rest_ms = 2000;               // of a stop: to read what has come already
  int64_t drain_ms = 5000;                   // of a stop: for answers and, again, for records on their way
  // SIGHUP, in a thread of the engine: the pattern files on disk as they are now, their table files with them; or what is wrong, as `cepctl check` says it.
  std::function<Result<Program>()> read_program;
};

class Server {
 public:
  // `engine` is not started yet; it must outlive the server.
  Server(engine::DurableEngine* engine, const ServerOptions& options);
  ~Server();

  // Takes the signals over (SIGPIPE is ignored) and binds the ports, so that one that is taken is an error at once. On failure *error_number is the errno.
  Status open(int* error_number);
  // The ports actually bound. REQUIRES open().
  uint16_t events_port() const;
  uint16_t alerts_port() const;
  uint16_t http_port() const;   // 0: none
  // Starts the engine, which opens its files and recovers; connections wait until it has, but for those of the port http, which says how far it is. Serves until SIGTERM or SIGINT, then stops cleanly: what has come is read, becomes durable
  // and is worked, its records go to the subscribers that read, within bounded time. A second signal ends the process at once. SIGHUP loads the pattern
  // files anew. An error: what the engine failed of; the process must end. REQUIRES open(). Once.
  Status run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cep::server

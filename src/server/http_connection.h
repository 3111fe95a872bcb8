// One HTTP/1.1 connection: reads requests one after the other, answers each, keeps alive. Every limit has its answer; no bytes whatever end more than this connection. Loop thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/http_service.h"

namespace cep::server {

struct HttpLimits {
  uint32_t header_bytes = 16 << 10;
  uint64_t bodies_bytes = 256 << 20;   // of the requests of all connections together
  int64_t idle_ms = 75'000;            // between requests, and for a header to be whole
  int64_t body_ms = 60'000;            // for a body to be whole
  int64_t write_ms = 30'000;           // for an answer to be taken
  std::vector<std::string> names;      // the daemon's own, beside addresses and localhost
};

// Bytes of bodies that have come and are not answered yet.
struct BodyBudget {
  uint64_t used = 0, most = 256 << 20;
};

class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  virtual void start() = 0;
  // After the answer on its way it is closed; at once if none is.
  virtual void finish() = 0;
  virtual void close() = 0;
  // No header of a request has come whole that is not answered.
  virtual bool idle() const = 0;
};

// `on_closed` is called once. The pointers must outlive the connection's last handler.
std::shared_ptr<HttpConnection> make_http_connection(boost::asio::ip::tcp::socket socket, HttpService* service, BodyBudget* budget, const HttpLimits& limits,
                                                     std::function<void()> on_closed);

}  // namespace cep::server

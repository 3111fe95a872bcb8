// A blocking client socket.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/status.h"

namespace cep::client {

// Owns a connected socket.
class ClientSocket {
 public:
  ClientSocket() = default;
  explicit ClientSocket(int fd) : fd_(fd) {}
  ClientSocket(ClientSocket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  ClientSocket& operator=(ClientSocket&& other) noexcept;
  ~ClientSocket();

  // All of `bytes`; false when the other end has gone.
  bool write_all(std::string_view bytes);
  // What the socket takes now, without waiting: 0 if nothing; -1 when the other end has gone.
  long write_some(std::string_view bytes);
  // For poll(2); -1: none.
  int fd() const { return fd_; }
  // Says that no more will be written.
  void shutdown_send();
  // Up to `size` bytes; 0 at the end (also after an error). Waits `timeout_ms` at most (-1: for ever): then -1.
  long read_some(char* buffer, size_t size, int64_t timeout_ms = -1);

 private:
  int fd_ = -1;
};

// Connects to HOST:PORT (or PORT), names are looked up; tries again for `wait_ms`.
Result<ClientSocket> connect_to(std::string_view endpoint, int64_t wait_ms);

}  // namespace cep::client

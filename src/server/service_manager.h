// What systemd is told (sd_notify): ready, reloading, stopping, status, the watchdog's sign of life. Without a service manager all of it does nothing.
#pragma once
#include <cstdint>
#include <string_view>

namespace cep::server {

class ServiceManager {
 public:
  // `text` is the status that people read; one line.
  void ready(std::string_view text);
  // Recovery goes on: the start may take so much longer.
  void starting(std::string_view text, int64_t extend_ms);
  void reloading();
  void stopping();
  // The process is well. Call it more often than watchdog_ms() says.
  void alive();
  // 0: nobody watches.
  int64_t watchdog_ms() const;
};

}  // namespace cep::server

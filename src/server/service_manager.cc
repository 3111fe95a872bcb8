#include "server/service_manager.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <time.h>

namespace cep::server {
namespace {

// systemd compares it with its own clock to tell this reload from an older one.
uint64_t monotonic_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

void ServiceManager::ready(std::string_view text) { sd_notify(0, fmt::format("READY=1\nSTATUS={}", text).c_str()); }

void ServiceManager::starting(std::string_view text, int64_t extend_ms) {
  sd_notify(0, fmt::format("STATUS={}\nEXTEND_TIMEOUT_USEC={}", text, extend_ms * 1000).c_str());
}

void ServiceManager::reloading() { sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us()).c_str()); }

void ServiceManager::stopping() { sd_notify(0, "STOPPING=1"); }

void ServiceManager::alive() { sd_notify(0, "WATCHDOG=1"); }

int64_t ServiceManager::watchdog_ms() const {
  uint64_t us = 0;
  return sd_watchdog_enabled(0, &us) > 0 ? static_cast<int64_t>(us / 1000) : 0;
}

}  // namespace cep::server

// Read once from the environment, before main.
#include "base/fault_control.h"

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace cep::base {
namespace {

constinit std::atomic<uint64_t> g_position{0};
std::string g_name;   // not written while anything is armed

bool read_environment() {
  const char* text = std::getenv("CEPD_CRASH_AT");
  if (text == nullptr || *text == '\0') return false;
  const std::string_view spec = text;
  const size_t colon = spec.rfind(':');
  uint64_t position = 0;
  const char* end = spec.data() + spec.size();
  const bool good = colon != std::string_view::npos && std::from_chars(spec.data() + colon + 1, end, position).ptr == end && position > 0;
  if (!good) {
    std::fprintf(stderr, "cepd: CEPD_CRASH_AT=%s is no NAME:POSITION\n", text);
    std::abort();
  }
  arm_crash(spec.substr(0, colon), position);
  return true;
}

[[maybe_unused]] const bool g_read = read_environment();

}  // namespace

uint64_t crash_position(std::string_view name) {
  const uint64_t position = g_position.load(std::memory_order_relaxed);
  if (position == 0) [[likely]] return 0;
  return g_name == name ? position : 0;
}

void arm_crash(std::string_view name, uint64_t position) {
  g_position = 0;
  g_name = name;
  g_position = position;
}

}  // namespace cep::base

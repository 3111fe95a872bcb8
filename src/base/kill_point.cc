// Named kill points: read once from the environment, before main. What nobody asks for costs a load and a branch.
#include <signal.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "base/fault_control.h"

namespace cep::base {
namespace {

constinit std::atomic<bool> g_watched{false};  // a hook or a name is set
constinit std::atomic<uint64_t> g_left{0};     // passings until the end
std::string g_name;                            // written before main alone
void (*g_hook)(const char*) = nullptr;

[[noreturn]] void refuse(const char* text) {
  std::fprintf(stderr, "cepd: CEPD_KILL_POINT=%s is no NAME:N with N from 1\n", text);
  std::abort();
}

bool read_environment() {
  const char* text = std::getenv("CEPD_KILL_POINT");
  if (text == nullptr || *text == '\0') return false;
  std::string_view spec = text;
  size_t colon = spec.rfind(':');
  if (colon == std::string_view::npos || colon == 0) refuse(text);
  uint64_t n = 0;
  auto [end, error] = std::from_chars(spec.data() + colon + 1, spec.data() + spec.size(), n);
  if (error != std::errc() || end != spec.data() + spec.size() || n == 0) refuse(text);
  g_name = spec.substr(0, colon);
  g_left = n;
  g_watched = true;
  return true;
}

const bool g_armed = read_environment();

}  // namespace

void kill_point(const char* name) {
  if (!g_watched.load(std::memory_order_relaxed)) [[likely]] return;
  if (g_hook != nullptr) {
    g_hook(name);
    return;
  }
  if (!g_armed || g_name != name) return;
  if (g_left.fetch_sub(1) == 1) ::raise(SIGKILL);
}

void set_kill_hook(void (*hook)(const char* name)) {
  g_hook = hook;
  g_watched = hook != nullptr || g_armed;
}

}  // namespace cep::base

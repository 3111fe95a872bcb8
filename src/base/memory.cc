#include "base/memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "base/regular_file.h"

namespace cep::base {
namespace {

constexpr uint64_t kUnlimited = uint64_t{1} << 60;   // version 1 says "none" as a number near 2^63

// The number a file begins with; 0: there is no such file, or it says "max".
uint64_t number_in(const std::string& path) {
  Result<std::string> text = read_regular(path);
  uint64_t out = 0;
  if (!text.ok()) return 0;
  const std::string& t = text.value();
  return std::from_chars(t.data(), t.data() + t.size(), out).ec == std::errc() ? out : 0;
}

void lower(uint64_t value, uint64_t* least) {
  if (value > 0 && value < kUnlimited) *least = *least == 0 ? value : std::min(*least, value);
}

// Of the group and all above it: each of them is a limit. In a container the group's own path may not be there, but what is above it is.
void lower_up(const std::string& root, std::string path, std::string_view file, uint64_t* least) {
  for (;;) {
    lower(number_in(root + path + "/" + std::string(file)), least);
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos) return;
    path.resize(slash);
  }
}

uint64_t machine_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(size) : 0;
}

}  // namespace

void give_back_memory() { malloc_trim(0); }

uint64_t group_memory_limit(std::string_view cgroup, const std::string& root) {
  uint64_t least = 0;
  while (!cgroup.empty()) {
    const std::string_view line = cgroup.substr(0, cgroup.find('\n'));
    cgroup.remove_prefix(std::min(line.size() + 1, cgroup.size()));
    const size_t first = line.find(':'), second = line.find(':', first + 1);   // "0::/path", "9:memory:/path"
    if (second == std::string_view::npos) continue;
    const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    std::string path(line.substr(second + 1));
    if (path == "/") path.clear();
    if (controllers == ",,") {
      lower_up(root, path, "memory.max", &least);
      lower_up(root, path, "memory.high", &least);
    } else if (controllers.find(",memory,") != std::string::npos) {
      lower_up(root + "/memory", path, "memory.limit_in_bytes", &least);
    }
  }
  return least;
}

uint64_t memory_limit() {
  uint64_t least = machine_memory();
  Result<std::string> groups = read_regular("/proc/self/cgroup");
  if (groups.ok()) lower(group_memory_limit(groups.value(), "/sys/fs/cgroup"), &least);
  return least;
}

uint64_t address_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return limit.rlim_cur;
}

void spare_addresses() {
  constexpr uint64_t kArena = 64 << 20;   // what glibc reserves for a thread's arena on 64 bits
  const uint64_t limit = address_limit();
  if (limit == 0) return;
  ::mallopt(M_ARENA_MAX, static_cast<int>(std::clamp<uint64_t>(limit / 8 / kArena, 1, 64)));
}

MemoryUse memory_use() {
  MemoryUse out;
  char text[128];
  const int fd = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return out;
  const ssize_t n = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  if (n <= 0) return out;
  text[n] = '\0';
  char* rest = text;
  const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  out.addresses = std::strtoull(rest, &rest, 10) * page;
  out.resident = std::strtoull(rest, nullptr, 10) * page;
  // What was freed is not given back as addresses, but the next allocation finds it.
  if (address_limit() > 0) out.addresses -= std::min<uint64_t>(out.addresses, ::mallinfo2().fordblks);
  return out;
}

}  // namespace cep::base

#include "server/http_process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace cep::server {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Seconds since the epoch at which the machine started.
double boot_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return 0;
}

uint64_t count_fds() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  uint64_t n = 0;
  while (const dirent* entry = ::readdir(folder)) n += entry->d_name[0] != '.';
  ::closedir(folder);
  return n > 0 ? n - 1 : 0;  // without the folder's own
}

}  // namespace

ProcessFigures read_process() {
  ProcessFigures out;
  // Fields 3 and up of /proc/self/stat; the second, the name, may hold anything, so look for its last bracket.
  const std::string stat = first_line("/proc/self/stat");
  const size_t bracket = stat.rfind(')');
  if (bracket != std::string::npos) {
    std::istringstream fields(stat.substr(bracket + 1));
    std::vector<std::string> field(3);  // so that field[n] is number n of proc(5)
    for (std::string word; fields >> word;) field.push_back(word);
    const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    auto number = [&](size_t n) { return n < field.size() ? std::strtod(field[n].c_str(), nullptr) : 0.0; };
    out.cpu_seconds = (number(14) + number(15)) / ticks;
    out.threads = static_cast<uint64_t>(number(20));
    out.start_time_seconds = boot_seconds() + number(22) / ticks;
    out.virtual_bytes = static_cast<uint64_t>(number(23));
    out.resident_bytes = static_cast<uint64_t>(number(24)) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  out.open_fds = count_fds();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = limit.rlim_cur;
  return out;
}

}  // namespace cep::server

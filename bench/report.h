// How the programs of this folder print: a first line that names the machine, then a line a measurement: what, how many, in what time, how many a second, and more behind it.
#pragma once
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

namespace bench {

inline void print_machine(const std::string& more = "") {
  std::ifstream info("/proc/cpuinfo");
  std::string model = "unknown processor";
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) model = line.substr(line.find(": ") + 2);
  std::printf("%u cores, %s%s\n", std::thread::hardware_concurrency(), model.c_str(), more.c_str());
}

// Where a measurement has other figures than a rate: its name alone, without a line's end.
inline void print_name(const std::string& what) { std::printf("%-45s ", what.c_str()); }

inline void print_rate(const std::string& what, uint64_t count, const char* unit, double seconds, const std::string& more = "") {
  print_name(what);
  std::printf("%12llu %s in %8.3f s %12.0f %s/s%s\n", static_cast<unsigned long long>(count), unit, seconds, static_cast<double>(count) / seconds, unit, more.c_str());
  std::fflush(stdout);
}

}  // namespace bench

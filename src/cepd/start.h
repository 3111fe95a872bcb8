// The daemon's start: settings, patterns, data directory, sockets. Each step that fails says why on standard error and gives the exit status.
#pragma once
#include <string>
#include <vector>

namespace cep::cepd {

// Exit status, after sysexits.h.
inline constexpr int kDone = 0;
inline constexpr int kUsage = 64;       // wrong use of the command line
inline constexpr int kBadPatterns = 65;
inline constexpr int kNoInput = 66;     // a file or folder that is not there
inline constexpr int kIoFailed = 74;    // a port that is taken, a data directory that another daemon has, a disk that fails, a journal that is damaged
inline constexpr int kNoPermission = 77;
inline constexpr int kBadConfig = 78;

struct StartOptions {
  std::string config;             // a YAML file; empty: defaults
  std::vector<std::string> sets;  // "key=value"
  bool check = false;             // read and compile only
  std::string ports_file;         // gets "events=PORT", "alerts=PORT" and "http=PORT" once they listen; empty: none
};

// Runs the daemon until it is told to stop. Returns the exit status.
int start(const StartOptions& options);

}  // namespace cep::cepd

// The other end of the two ports, for `cepctl send` and `cepctl tail`: plain blocking sockets, one call each.
// Both return the exit status of interfaces.md: 0 done, 1 findings, 2 wrong use, 3 cannot reach the daemon (or it went away).
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace cep::server {

// Plain form: event lines out, error answers back.
struct SendOptions {
  std::string to = "127.0.0.1:7800";  // HOST:PORT, [V6]:PORT or PORT
  std::string file = "-";             // NDJSON; "-" is standard input
  double rate = 0;                    // lines a second; 0: as fast as the daemon takes them
  int64_t wait_ms = 0;                // keep trying to connect for so long
  bool progress = true;               // a progress bar when `err` is a terminal and `file` is a file
  FILE* out = stdout;
  FILE* err = stderr;
};

// Streams the file, closes its direction, waits until the daemon has answered all and closed. Each rejected line is printed to `err` as
// "FILE:LINE: reason" (the first 20, then their number). 1 if a line was rejected; a last line without LF is sent with one.
// Starts one thread of its own that reads the answers; both ends in this call.
int run_send(const SendOptions& options);

struct TailOptions {
  std::string from = "127.0.0.1:7801";
  std::string channel = "alerts";
  std::vector<std::string> patterns;  // globs of pattern or stream names; empty: all
  std::string since = "latest";       // "latest", "earliest" or a SEQ
  bool pretty = false;                // several lines for people instead of the record
  bool colour = false;                // with `pretty`: ANSI colours
  uint64_t count = 0;                 // stop after so many records; 0: go on
  int64_t idle_ms = 0;                // stop when no record came for so long; 0: go on
  int64_t wait_ms = 0;                // keep trying to connect for so long
  FILE* out = stdout;
  FILE* err = stderr;
};

// Prints the records of one channel, one line each, flushed as they come. 0 when `count` is reached, nothing came for `idle_ms` or the daemon
// ended; 1 if the daemon refused or cut the subscription (its reason goes to `err`) or ended before `count`; 3 if it cannot be reached.
int run_tail(const TailOptions& options);

}  // namespace cep::server

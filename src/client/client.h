// The other end of the two ports, for `cepctl send` and `cepctl tail`: one call each, which blocks.
// Both return an exit status: 0 done, 1 findings, 2 wrong use, 3 cannot reach the daemon (or it went away).
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace cep::client {

// A producer session: event lines out, numbered; acknowledgements and error answers back.
struct SendOptions {
  std::string to = "127.0.0.1:7800";  // HOST:PORT, [V6]:PORT or PORT
  std::string file = "-";             // NDJSON; "-" is standard input
  std::string producer;               // its id; empty: file:<hash of the content>, of standard input one that nobody else has
  bool resume = false;                // with `producer`: skip as many lines as cepd has of it already
  bool plain = false;                 // no session: nothing is acknowledged, nothing sent again
  double rate = 0;                    // lines a second; 0: as fast as the daemon takes them
  int64_t wait_ms = 0;                // keep trying to connect for so long
  int64_t retry_ms = 60'000;          // after the connection broke: keep trying to go on for so long
  bool progress = true;               // a progress bar when `err` is a terminal
  FILE* out = stdout;
  FILE* err = stderr;
};

// Sends the file and returns when each line is durable in the daemon's journal and all of them have been answered. After a broken connection it goes on
// where the daemon is: no line is lost, none counts twice; a file that was sent before, under the same id, is not sent again. Each rejected line is printed
// to `err` as "FILE:LINE: reason" (the first 20, then their number). 1 if a line was rejected, 3 if the daemon cannot be reached, refuses or stays away;
// a last line without LF is sent with one. With `plain`: streams the file, closes its direction, waits until the daemon has answered all and closed.
int run_send(const SendOptions& options);

struct TailOptions {
  std::string from = "127.0.0.1:7801";
  std::string channel = "alerts";
  std::vector<std::string> patterns;  // globs of pattern or stream names; empty: all
  std::string since;                  // "latest", "earliest", "resume" or a SEQ; empty: resume with a consumer, else latest
  std::string consumer;               // acknowledges what was printed under this name
  bool pretty = false;                // several lines for people instead of the record
  bool colour = false;                // with `pretty`: ANSI colours
  uint64_t count = 0;                 // stop after so many records; 0: go on
  int64_t idle_ms = 0;                // stop when no record came for so long; 0: go on
  int64_t wait_ms = 0;                // keep trying to connect for so long
  FILE* out = stdout;
  FILE* err = stderr;
};

// Prints the records of one channel, one line each, flushed as they come. 0 when `count` is reached or nothing came for `idle_ms`; 1 if the daemon refused or cut
// the subscription (its reason goes to `err`) or ended before `count`; 3 if it cannot be reached, is no cepd or has gone.
int run_tail(const TailOptions& options);

}  // namespace cep::client

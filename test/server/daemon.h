// The test kit of the wire: a real cepd process on free ports and small clients that wait with a deadline, never for a fixed time.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sanitized.h"

namespace cep::testing {

inline constexpr int kDeadlineMs = times(30'000, 120'000);

// Asks until it is true or the deadline has come.
bool eventually(const std::function<bool()>& is_true, int deadline_ms = kDeadlineMs);

// One TCP connection.
class Client {
 public:
  // `receive_bytes`: a small receive buffer for clients that do not read; 0: the system's.
  explicit Client(uint16_t port, int receive_bytes = 0);
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&& other) noexcept;
  ~Client() { close(); }

  // False when the daemon has closed, or takes nothing until the deadline.
  bool send(std::string_view bytes);
  // The next line without its LF; "<closed>" at the end, "<nothing>" at the deadline.
  std::string line(int deadline_ms = kDeadlineMs);
  // All lines until the daemon closes; "<nothing>" as the last one if it does not.
  std::vector<std::string> rest();
  // Reads lines up to the acknowledgement of line `number` (or a later one); false if it does not come. Other lines go to *others.
  bool acknowledged(uint64_t number, std::vector<std::string>* others = nullptr);
  // Ends our direction.
  void half_close();
  // Closes; with `reset` hard (RST).
  void close(bool reset = false);

 private:
  int fd_ = -1;
  std::string read_;
};

// Alerts once for each event with name "a", at once, whatever the order: all events of the tests have one time.
extern const char* const kProgram;
// {"id":ID,"name":"a","v":1,"ts":1} with its LF.
std::string event(std::string_view id);
// The events FROM to TO (not included), each by its number, with their LFs.
std::string events(uint64_t from, uint64_t to);
// The number behind `"name":` in a line; 0 if there is none.
uint64_t number_in(const std::string& line, const std::string& name);
// True if `record` is the alert of that event.
bool is_alert_of(const std::string& record, std::string_view id);

struct Finished {
  int status = -1;     // of exit; -N: ended by signal N
  std::string output;  // standard output and error
};
// Runs a program to its end.
Finished run(const std::vector<std::string>& arguments);

// A running cepd with a folder of its own: pattern file, data directory, log.
class Daemon {
 public:
  // `settings` are given as --set.
  explicit Daemon(const std::vector<std::string>& settings = {}, const std::string& program = kProgram);
  ~Daemon();

  // kill -9, and gone.
  void kill();
  // Runs it again on the same directory and the same ports. REQUIRES it has ended.
  void start();
  // Replaces the pattern file; nothing is told to the daemon.
  void write_program(const std::string& program) const;
  std::string data_dir() const { return folder_ + "/data"; }
  std::string program_path() const { return folder_ + "/program.cep"; }
  pid_t pid() const { return pid_; }

  uint16_t events_port() const { return events_port_; }
  uint16_t alerts_port() const { return alerts_port_; }
  uint16_t http_port() const { return http_port_; }   // 0: off
  Client producer() const { return Client(events_port_); }
  // A producer session, its welcome read; *next: the number of its next line.
  Client session(const std::string& producer, uint64_t* next) const;
  // A connection that is subscribed, its answer read. `body`: the members of `_subscribe`.
  Client subscriber(const std::string& body = R"("channel":"alerts")", int receive_bytes = 0) const;

  void signal(int number) const;
  // Waits for the end: the exit status, -N for a signal, 999 at the deadline.
  int wait();
  // SIGTERM and wait().
  int stop();
  uint64_t memory_bytes() const;  // resident now
  std::string log() const;  // of this start
  // Waits until the log says so.
  bool logged(const std::string& part) const;
  bool alive() const;

 private:
  std::string folder_;
  std::vector<std::string> settings_;
  pid_t pid_ = -1;
  uint16_t events_port_ = 0;
  uint16_t alerts_port_ = 0;
  uint16_t http_port_ = 0;
};

// A folder that is gone at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::string& path() const { return path_; }
  // Writes a file in it; returns its path.
  std::string write(const std::string& name, std::string_view text) const;

 private:
  std::string path_;
};

// The whole text of a file; empty if there is none.
std::string read_whole(const std::string& path);

}  // namespace cep::testing

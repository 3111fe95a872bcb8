// Connections of the ports `events` and `alerts` that have not sent a line yet. They cost a place that others want: where none is free the one that has been silent longest gives way,
// and after a while without a first line so does each, on the port `events` only while more than half of the places are taken: there a silent connection is a forwarder that has nothing
// to tell, and what it sends into a connection that has been closed is lost. Loop thread.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace cep::server {

class Newcomers {
 public:
  using Clock = std::chrono::steady_clock;
  // Tells the client the reason and closes the connection; calls remove().
  using Close = std::function<void(const std::string& reason)>;

  static constexpr std::chrono::seconds kFirstLine{60};   // so long a first line may take
  static constexpr std::chrono::seconds kLeast{5};        // so long nobody has to give way

  // `patient`: only where places are scarce it is held to its first line. Returns its ticket, never 0.
  uint64_t add(bool patient, Close close, Clock::time_point now = Clock::now());
  // It has sent a line or is closed. Any ticket.
  void remove(uint64_t ticket) { waiting_.erase(ticket); }
  // Closes the one that has waited longest; false: nobody has waited long enough.
  bool make_way(size_t places, Clock::time_point now = Clock::now());
  // Closes those whose first line is overdue.
  void expire(bool scarce, Clock::time_point now = Clock::now());
  size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    Clock::time_point since;
    bool patient = false;
    Close close;
  };

  void close(uint64_t ticket, const std::string& reason);

  std::map<uint64_t, Waiting> waiting_;   // by ticket, which rises with the time
  uint64_t last_ = 0;
};

}  // namespace cep::server

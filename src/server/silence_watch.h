// Tells the engine how far the sockets are read, ten times a second, while the program asks for it: who has sent nothing by then was silent. A moment is told only when all that waited in
// the sockets at that moment has been read and offered: a daemon that stood still, or is behind, takes nobody's lines for silence. Loop thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <optional>

#include "engine/durable_engine.h"

namespace cep::server {

class SilenceWatch {
 public:
  static constexpr int kEveryMs = 100;

  struct Sockets {
    std::function<bool()> mark;   // notes what waits unread now; false: that cannot be said, a client waits to be accepted
    std::function<bool()> read;   // whether all of that has been offered by now
  };

  SilenceWatch(boost::asio::io_context* io, engine::DurableEngine* engine, Sockets sockets) : engine_(engine), sockets_(std::move(sockets)), timer_(*io) {}
  void start() { look(); }
  void stop() { timer_.cancel(); }

 private:
  void look();

  engine::DurableEngine* engine_;
  Sockets sockets_;
  boost::asio::steady_timer timer_;
  std::optional<int64_t> marked_ms_;   // clock of arrivals: of the moment whose unread bytes are noted
};

}  // namespace cep::server

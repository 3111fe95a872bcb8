// The one place where lines of all connections become one order: each line is offered as it is read, and the engine is flushed once a turn of the
// loop, so that batches form under load and a lone line waits for nothing. Runs in the loop's thread, as the engine does.
#pragma once
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <string_view>

#include "cep/engine.h"

namespace cep::server {

class Ingest {
 public:
  // `on_flushed` is called after each flush: records may have come out. All must outlive this object.
  Ingest(boost::asio::io_context* io, Engine* engine, std::function<void()> on_flushed);

  OfferResult offer(std::string_view line, int64_t arrival_ms);
  void offer_broken(std::string_view first_bytes, std::string_view reason);
  // Tells that a reader got all that its buffer holds: more is waiting in the socket, so streams are not idle.
  void note_backlog() { backlog_ = true; }
  // Works off what was offered, now.
  void flush();
  // Once in a while: lets `idle … advance` go on, unless lines were waiting since the last call.
  void tick();

 private:
  void flush_soon();

  boost::asio::io_context* io_;
  Engine* engine_;
  std::function<void()> on_flushed_;
  bool flush_posted_ = false;
  bool backlog_ = false;
};

// Wall clock, ms since the epoch.
int64_t wall_ms();

}  // namespace cep::server

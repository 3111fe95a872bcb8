// One producer in the plain form: reads what is there, offers the lines in order, answers the rejected ones. Answers that the client does not read
// are dropped; a client that does not read is still read from. Loop thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "server/line_splitter.h"
#include "server/outbox.h"

namespace cep::server {

class EventListener;

class EventConnection : public std::enable_shared_from_this<EventConnection> {
 public:
  static constexpr size_t kAnswerBytesMax = 64 << 10;  // waiting for the client
  static constexpr int kLingerSeconds = 10;            // for the last answers

  // `owner` must outlive the connection's last handler.
  EventConnection(boost::asio::ip::tcp::socket socket, EventListener* owner, uint64_t id);

  void start() { wait_readable(); }
  // Reads until nothing is there or `deadline`, then finish().
  void drain(std::chrono::steady_clock::time_point deadline);
  void close();

 private:
  enum class Read { kSome, kNothing, kEnd };

  void wait_readable();
  Read read_once();
  void take_line(uint64_t number, std::string_view line, int64_t arrival_ms);
  void take_long(uint64_t number, std::string_view first_bytes);
  void answer(uint64_t number, std::string_view reason);
  // Sends what the socket takes; the rest when it takes more. Closes when all is sent and the client has ended.
  void send_answers();
  // The client has ended: no more is read, the answers go out, then close().
  void finish();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer linger_;
  EventListener* owner_;
  uint64_t id_;
  LineSplitter splitter_;
  Outbox answers_;
  uint64_t dropped_answers_ = 0;
  bool waiting_writable_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

}  // namespace cep::server

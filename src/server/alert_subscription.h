// One subscriber: the first good `_subscribe` line gives it a channel, a filter and a place; from then on records go out as fast as the socket takes
// them, and what it sends is thrown away. It holds one filled buffer, never a queue of records: its place in the channel's log is all its state.
// When it falls limits.subscriber_lag behind (a subscriber that began in the past is measured once it has caught up), or its place leaves the
// log, it gets what is in its buffer and an `_error` with the reason, and is closed. Loop thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/line_splitter.h"
#include "server/outbox.h"
#include "server/wire.h"

namespace cep::server {

class AlertListener;
class RecordLog;

class AlertSubscription : public std::enable_shared_from_this<AlertSubscription> {
 public:
  static constexpr size_t kRequestBytesMax = 64 << 10;  // of the `_subscribe` line
  static constexpr size_t kFillBytes = 256 << 10;       // taken from the log at once
  static constexpr size_t kTurnBytes = 4 << 20;         // written before the others have their turn
  static constexpr int kLingerSeconds = 5;              // for the reason of a cut

  // `owner` must outlive the connection's last handler.
  AlertSubscription(boost::asio::ip::tcp::socket socket, AlertListener* owner, uint64_t id);

  void start();
  // Sends what there is and what the socket takes.
  void pump();
  // Sends the rest of the channel, then closes.
  void stop();
  void close();

 private:
  void wait_readable();
  // Reads what is there; false when the client has ended.
  bool read_once();
  void take_line(std::string_view line);
  void subscribe(const SubscribeRequest& request);
  bool wants(uint32_t name_id);
  // Puts the next records into the outbox; false when there are none.
  bool fill();
  bool too_far_behind() const;
  void cut_if_too_far_behind();
  void cut(const std::string& reason);
  void wait_writable();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer linger_;
  AlertListener* owner_;
  uint64_t id_;
  LineSplitter splitter_;
  Outbox outbox_;

  const RecordLog* log_ = nullptr;  // null: not subscribed yet
  std::vector<std::string> patterns_;
  std::vector<int8_t> wants_;       // by name id: -1 not known yet
  uint64_t seq_ = 0;                // the next record to put into the outbox
  bool caught_up_ = false;
  bool waiting_writable_ = false;
  bool cut_ = false;
  bool stopping_ = false;
  bool closed_ = false;
};

}  // namespace cep::server

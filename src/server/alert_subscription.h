// One subscriber: the first good `_subscribe` line gives it a channel, a filter and a place; from then on records go out as fast as the socket takes
// them, and its `_ack` lines keep its consumer's place. It holds one filled buffer, never a queue of records: its place in the channel's log is all its
// state.
// When it falls limits.subscriber_lag behind (a subscriber that began in the past is measured once it has caught up), or its place leaves the
// log, it gets what is in its buffer and an `_error` with the reason, and is closed. Loop thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cep/record.h"
#include "base/line_splitter.h"
#include "server/outbox.h"
#include "server/wire.h"

namespace cep::server {

class AlertListener;

class AlertSubscription : public std::enable_shared_from_this<AlertSubscription> {
 public:
  static constexpr size_t kRequestBytesMax = 64 << 10;  // of a line from the client
  static constexpr size_t kFillBytes = 64 << 10;        // taken from the log at once: what a subscriber that does not read costs
  static constexpr int kTurnFills = 4;                  // so often, whether the filter lets anything through or not, before the others have their turn
  static constexpr int kLingerSeconds = 5;              // for the reason of a cut
  static constexpr int kLastAckSeconds = 1;             // of a stop: for a consumer's last `_ack`
  static constexpr int kRefusedLingerSeconds = 2;       // for the reason of a refusal

  // `owner` must outlive the connection's last handler.
  AlertSubscription(boost::asio::ip::tcp::socket socket, AlertListener* owner, uint64_t id);

  void start();
  // Sends what there is and what the socket takes.
  void pump();
  // Sends the rest of the channel, then closes.
  void stop();
  // Its place is wanted: tells the reason, as far as that goes at once, and closes.
  void make_way(const std::string& reason);
  void close();

 private:
  void wait_readable();
  // Reads what is there; false when the client has ended.
  bool read_once();
  void take_line(uint64_t number, std::string_view line, bool whole);
  // A client of another kind: tells it where to go, and takes nothing more.
  void refuse(const std::string& answer);
  void subscribe(const SubscribeRequest& request);
  void acknowledge(std::string_view line);
  // An answer to a line of the client; dropped if it does not read.
  void complain(const std::string& reason);
  bool wants(std::string_view name);
  // Puts the next records into the outbox; false when there are none.
  bool fill();
  bool too_far_behind() const;
  void cut_if_too_far_behind();
  void cut(const std::string& reason);
  void all_sent();
  void close_after(int seconds);
  void wait_writable();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer linger_;
  AlertListener* owner_;
  uint64_t id_;
  base::LineSplitter splitter_;
  Outbox outbox_;

  uint64_t newcomer_ = 0;           // its ticket
  bool any_bytes_ = false;
  bool refused_ = false;
  bool subscribed_ = false;
  Channel channel_ = Channel::kAlerts;
  std::string consumer_;            // whose place is kept; empty: nobody's
  std::vector<std::string> patterns_;
  std::map<std::string, bool, std::less<>> wants_;  // names asked for so far
  uint64_t seq_ = 0;                // the next record to put into the outbox
  bool caught_up_ = false;
  bool waiting_writable_ = false;
  bool pump_posted_ = false;        // the next turn is on its way
  bool cut_ = false;
  bool stopping_ = false;
  bool waiting_last_ack_ = false;
  bool input_ended_ = false;
  bool closed_ = false;
};

}  // namespace cep::server

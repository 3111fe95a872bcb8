// One producer. The lines of one read become one batch, which is offered to the engine as it is; what there is no room for is kept here, and nothing more
// is read until there is room. A connection whose first line is `_hello` is a producer session: its lines are numbered from its welcome on and
// acknowledged when they are durable; of acknowledgements that the client has not read yet only the newest waits. Error answers that a client does not
// read are dropped; a client that does not read is still read from. A client without a session hears of errors when it pauses or ends: one that sends all it
// has and closes would be answered by a reset, and what it has sent and is not read yet would be lost. Loop thread.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/durable_engine.h"
#include "base/line_splitter.h"
#include "server/outbox.h"

namespace cep::server {

class EventListener;

class EventConnection : public std::enable_shared_from_this<EventConnection> {
 public:
  static constexpr size_t kAnswerBytesMax = 64 << 10;  // of error answers that wait for the client
  static constexpr int kLingerSeconds = 10;            // for the last answers
  static constexpr int kRefusedLingerSeconds = 2;      // for the reason of a refusal
  static constexpr size_t kReadLines = 2000;           // of one read, about
  static constexpr size_t kReadBytesLeast = 8 << 10;
  static constexpr std::chrono::milliseconds kPause{50};        // without a byte from a plain client: it is answered
  static constexpr std::chrono::milliseconds kAnswerAfter{5000};  // also if it never pauses so long, once all that has come is read

  // `owner` must outlive the connection's last handler.
  EventConnection(boost::asio::ip::tcp::socket socket, EventListener* owner, uint64_t id);

  void start();
  // There is room again: offers what was kept, and reads on.
  void offer_kept();
  // Notes what waits in the socket unread; then whether that has been read and its lines offered.
  void mark_unread();
  bool marked_read() const;
  // Reads what has come already, until `deadline` at most; then nothing more is read.
  void drain(std::chrono::steady_clock::time_point deadline);
  // Bytes of the line that has not ended yet.
  size_t held_bytes() const { return held_bytes_; }
  // Too much is held: lets go of the line and of the client, with the reason.
  void drop_unfinished();
  // Its place is wanted: tells the reason, as far as that goes at once, and closes.
  void make_way(const std::string& reason);
  // Sends what waits for the client, as far as it takes it and it may be answered.
  void send_answers();
  void close();

  // What the engine says.
  void welcome(uint64_t epoch, uint64_t next);
  void acknowledge(uint64_t number);
  void reject(uint64_t number, std::string_view reason);
  void taken_over();
  // Sends the reason, then closes; nothing more of this client is taken.
  void refuse(const std::string& reason);
  void finished();

 private:
  enum class Mode { kFirst, kPlain, kHello, kSession };  // nothing came yet; …; waits for its welcome; …
  enum class Read { kSome, kNothing, kEnd };

  void wait_readable();
  void on_readable();
  bool may_read() const;
  // Waits for more, or reads the rest where the daemon stops.
  void read_on();
  // Reads one buffer and offers its lines; *bytes: how much came.
  Read read_once(size_t* bytes);
  void count_held();
  void take_line(uint64_t number, std::string_view line);
  void take_long(uint64_t number, std::string_view first_bytes, uint64_t length);
  void hello(std::string_view line);
  // The first line has come, or its beginning. True: it is none of ours, and the client is refused.
  bool is_foreign(std::string_view line, bool whole);
  void refuse_with(const std::string& answer);
  bool may_answer();
  void append_broken(uint64_t length, std::string_view line, std::string_view reason);
  // Gives the batch to the engine, once a session is welcome.
  void offer();
  // The client has ended or is no longer read: what it sent is worked, its answers go out, then close().
  void end();
  void all_sent();
  void discard();
  void close_after(int seconds);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;  // until it is answered; in the end, until it is closed
  EventListener* owner_;
  uint64_t id_;
  base::LineSplitter splitter_;
  size_t held_bytes_ = 0;           // as the owner has counted them
  size_t read_bytes_ = kReadBytesLeast;  // of the next read, at most
  uint64_t come_bytes_ = 0, marked_bytes_ = 0;   // since it began; up to which mark_unread() has noted them
  Outbox answers_;

  Mode mode_ = Mode::kFirst;
  std::string producer_, stream_;
  uint64_t epoch_ = 0;
  uint64_t next_number_ = 1;        // of the first line of batch_
  engine::LineBatch batch_;         // lines that have not been taken by the engine
  uint64_t acknowledged_ = 0, ack_sent_ = 0;
  uint64_t dropped_answers_ = 0;
  uint64_t newcomer_ = 0;           // its ticket
  std::chrono::steady_clock::time_point read_at_{}, answer_since_{};  // when something came last; when the first answer began to wait
  bool waiting_readable_ = false, waiting_writable_ = false;
  bool ended_ = false;              // nothing more is read
  bool finish_asked_ = false;       // the engine knows
  bool finished_ = false;           // no answer will come any more
  bool refused_ = false;
  bool broken_ = false;             // nothing can be written to it
  bool closed_ = false;
};

}  // namespace cep::server

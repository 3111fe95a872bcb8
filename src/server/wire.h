// The control lines of the two ports as text: what is read from a client and what is answered. No sockets here.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/record.h"

namespace cep::server {

// What a subscriber asks for.
struct SubscribeRequest {
  enum class From : uint8_t { kLatest, kEarliest, kSeq, kResume };
  Channel channel = Channel::kAlerts;
  std::vector<std::string> patterns;  // globs; empty: all
  From from = From::kLatest;
  uint64_t seq = 0;                   // of kSeq, from 1
  std::string consumer;               // whose place is kept; empty: nobody's. kResume has one
};

// What a producer asks for.
struct HelloRequest {
  std::string producer;               // 1 to 256 bytes
  std::string stream;                 // default stream of its lines; empty: none
};

// Reads a `_subscribe` line. Returns the reason why it cannot be taken, empty when *out holds it. Never fails otherwise, whatever the bytes.
std::string parse_subscribe(std::string_view line, SubscribeRequest* out);
// The same for a `_hello` line. Whether the stream exists is not asked: patterns may be loaded later; a line for none is rejected then.
std::string parse_hello(std::string_view line, HelloRequest* out);
// The same for {"_ack":{"upto":SEQ}}.
std::string parse_ack(std::string_view line, uint64_t* upto);

// {"_welcome":{"next":N}}
std::string welcome_answer(uint64_t next);
// {"_ack":{"upto":M}}
std::string ack_answer(uint64_t upto);

// {"_error":{"line":N,"reason":"…"}}; bytes that are no UTF-8 become U+FFFD. All answers end with LF.
std::string error_answer(uint64_t line, std::string_view reason);
void append_error_answer(uint64_t line, std::string_view reason, std::string* out);
// The same without a line.
std::string error_answer(std::string_view reason);
// {"_error":{"code":"gone","oldest":N,"reason":"…"}}: the place asked for is no longer kept.
std::string gone_answer(uint64_t seq, uint64_t oldest);
// {"_error":{"code":"ahead","next":N,"reason":"…"}}: there is no such place yet.
std::string ahead_answer(uint64_t seq, uint64_t next);
// {"_subscribed":{"log":…,"channel":…,"from":…,"oldest":…,"next":…}}; a channel without numbers has no places.
std::string subscribed_answer(std::string_view log_id, Channel channel, uint64_t from, uint64_t oldest, uint64_t next);

// True if the line's first member is `_hello`: the beginning of a producer session. Cheap: looks at the first bytes only.
bool is_hello(std::string_view line);

}  // namespace cep::server

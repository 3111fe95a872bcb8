// POST /api/v1/events: lines that are answered once they are durable and worked. To the engine each request is a connection of its own that ends behind its lines (finish);
// one that names a producer is a session of that id for as long as it lasts, with the numbers of its lines. Loop thread.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/durable_engine.h"
#include "server/http_route.h"

namespace cep::server {

// Ids of this port's connections, apart from those of the port `events`.
inline constexpr uint64_t kHttpConnections = 1ull << 63;

// A body's lines as batches for the engine: at most kBatchBytes each but for a line that is longer. A last line without its LF counts. Lines over `line_bytes` are broken entries.
struct BodyLines {
  static constexpr size_t kBatchBytes = 128 << 10;
  std::deque<engine::LineBatch> batches;   // count and entries alone
  uint64_t count = 0;                      // of all lines, those that were passed over too
};
// The first `skip` lines are passed over.
BodyLines split_body(std::string_view body, size_t line_bytes, uint64_t skip);

class HttpEvents {
 public:
  static constexpr int64_t kWaitMs = 30'000;       // for room, the disk and the engine together
  static constexpr size_t kRejectedMax = 1000;     // in an answer; the rest is counted
  using Reply = std::function<void(HttpAnswer)>;

  HttpEvents(engine::DurableEngine* engine, size_t line_bytes) : engine_(engine), line_bytes_(line_bytes) {}

  // `reply` is called once, later or now. `now_ms`: steady.
  void post(const HttpRoute& route, std::string body, int64_t now_ms, Reply reply);
  // Welcomes, rejections, ends and takeovers of this port's connections; kRoom.
  void on_notice(const engine::Notice& notice);
  // Whether the lines of every request that has come whole have been offered.
  bool all_offered() const;
  // Call it now and then: answers what has waited too long.
  void expire(int64_t now_ms);
  // Answers all that waits: the daemon stops.
  void stop();

 private:
  struct Post;
  using PostPtr = std::shared_ptr<Post>;

  void take(const PostPtr& post, uint64_t next);
  void offer(const PostPtr& post);
  void rejected(Post* post, const engine::Notice& notice);
  void finished(const PostPtr& post);
  void done(const PostPtr& post, HttpAnswer answer);

  engine::DurableEngine* engine_;
  size_t line_bytes_;
  uint64_t last_connection_ = kHttpConnections;
  std::map<uint64_t, PostPtr> posts_;   // by connection
};

}  // namespace cep::server

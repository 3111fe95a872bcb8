// What the I/O thread asks of the journal thread, fair between connections: each has a queue of its own, in its own order, and they take turns, each with as much as its lines are
// estimated to be work. Who floods waits for its own turns and nobody else does. Bytes are bounded: the more is queued, the less of it may be of one connection, and who has nothing
// queued finds room. A passive object; its owner locks. The order in which connections meet is no promise: what the journal says then is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "engine/durable_engine.h"

namespace cep {
class PreparedLoad;
}

namespace cep::engine {

struct Request {
  enum class Kind : uint8_t { kLines, kHello, kFinish, kGoodbye, kAllRead, kLoad, kReset };
  Kind kind = Kind::kLines;
  LineBatch batch;             // kLines; of the others `connection`, `producer`, `stream`
  uint64_t number = 0;         // kLoad, kReset: the request
  int64_t at_ms = 0;           // kAllRead
  uint64_t order = 0;          // as the queue counts what is pushed
  std::shared_ptr<const journal::Load> load;
  std::shared_ptr<PreparedLoad> prepared;   // kLoad; null: the ingest thread compiles it
};

// What so many lines may be to work, in nanoseconds, roughly: cheap ones and rejects. What lines really are shows behind (WorkWindow).
inline uint64_t work_of(uint64_t lines, uint64_t bytes) { return 1000 * lines + bytes; }

class RequestQueue {
 public:
  static constexpr uint64_t kTurnWork = 64'000;       // of a connection, before the others have their turn
  static constexpr size_t kRequestBytes = 256;        // what a request costs beside its entries
  static constexpr size_t kJoinedBytes = 64 << 10;    // lines are put to those that wait before them up to this

  // `bytes_most`: of all lines queued, twice that counting those of connections that have nothing else queued.
  explicit RequestQueue(size_t bytes_most) : most_(bytes_most) {}

  // Whether lines of the connection may be pushed now; none may unless `open`. If not, take_roomy() names it when it is worth trying again.
  bool has_room(uint64_t connection, bool open = true);
  // Behind what the connection has pushed before; loads and resets: behind each other, before all else; kAllRead: once all that any connection has pushed before has had its turn, or
  // in the place of one that says the same of an earlier moment. Never refused.
  void push(Request r);
  bool empty() const { return first_.empty() && turns_.empty(); }   // marks wait for turns alone
  size_t bytes() const { return bytes_; }

  // One connection's turn, of `work_most` at most but at least one request: appends it to *out and returns its estimated work; 0 is possible. Batches are cut where the turn ends.
  // REQUIRES !empty().
  uint64_t turn(uint64_t work_most, std::vector<Request>* out);
  // Connections that found no room and may try again; each is named once. `all`: whether there is room or not.
  std::vector<uint64_t> take_roomy(bool all = false);

 private:
  struct Flow {
    std::deque<Request> requests;
    size_t bytes = 0;
    size_t taken = 0;      // bytes of the front batch's entries that have had their turn
    uint64_t debt = 0;     // work of turns before beyond what they were due
  };

  struct Mark {            // kAllRead that waits
    Request request;
    uint64_t left = 0;     // requests pushed before it that have not had their turn
  };

  void push_mark(Request r);
  void taken(uint64_t order);
  static size_t cost(const Request& r) { return r.batch.entries.size() + kRequestBytes; }
  size_t share() const { return bytes_ >= most_ ? 0 : (most_ - bytes_) / 2; }
  static bool join(Flow* flow, const Request& r);
  Request take_front(Flow* flow, uint64_t work_most);

  size_t most_;
  size_t bytes_ = 0;
  std::deque<Request> first_;                    // loads, resets, marks behind which nothing waits
  std::unordered_map<uint64_t, Flow> flows_;     // of those that have something queued
  std::deque<uint64_t> turns_;                   // connections of flows_, in the order of their turns
  std::set<uint64_t> refused_;
  std::deque<Mark> marks_;
  uint64_t pushed_ = 0, waiting_ = 0;            // requests of connections: ever, in flows_
  uint64_t looked_at_ = 0;                       // of refused_, the last time
};

}  // namespace cep::engine

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
#include "engine/line_costs.h"

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

class RequestQueue {
 public:
  static constexpr uint64_t kTurnWork = 64'000;       // of a connection, before the others have their turn
  static constexpr size_t kRequestBytes = 256;        // what a request costs beside its entries
  static constexpr size_t kJoinedBytes = 64 << 10;    // lines are put to those that wait before them up to this

  // `bytes_most`: of all lines queued, twice that counting those of connections that have nothing else queued. `costs`, if any: what lines are priced by and how many of a connection may be
  // on their way; touched by turns alone.
  explicit RequestQueue(size_t bytes_most, LineCosts* costs = nullptr) : most_(bytes_most), costs_(costs) {}

  // Whether lines of the connection may be pushed now; none may unless `open`. If not, take_roomy() names it when it is worth trying again.
  bool has_room(uint64_t connection, bool open = true);
  // Behind what the connection has pushed before; loads and resets: behind each other, before all else; kAllRead: once all that any connection has pushed before has had its turn, or
  // in the place of one that says the same of an earlier moment. Never refused.
  void push(Request r);
  bool empty() const { return first_.empty() && turns_.empty(); }   // marks wait for turns alone
  size_t bytes() const { return bytes_; }

  // One connection's turn, of `work_most` at most but at least one request: appends it to *out and returns its estimated work; 0 is possible, where it pays for turns before or has as many
  // lines on their way as it may. Batches are cut where the turn ends. REQUIRES !empty().
  uint64_t turn(uint64_t work_most, std::vector<Request>* out);
  // All have had a turn and none might send anything: it is worth trying again when lines have been pushed or worked.
  bool blocked() const { return first_.empty() && blocked_ >= turns_.size(); }
  void retry() { blocked_ = 0; }
  // A turn out of turn, for when there is room for no other: of a connection whose lines on their way, and those of the turn, are `work_most` at most. 0: there is none, as far as it looks.
  uint64_t light_turn(uint64_t work_most, std::vector<Request>* out);
  bool has_light(uint64_t work_most) const { return find_light(work_most) != turns_.end(); }
  // Everything is taken from now on, by what it seems to be.
  void forget_costs() { costs_ = nullptr; }
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
  Request take_front(Flow* flow, uint64_t work_most, uint32_t lines_most);
  uint64_t take_turn(uint64_t connection, Flow* flow, uint64_t work_most, std::vector<Request>* out);
  uint64_t price(const LineBatch& batch, uint64_t lines, uint64_t bytes) const { return costs_ ? costs_->price(batch.connection, lines, bytes) : work_of(lines, bytes); }
  uint64_t price(const Request& r) const { return r.kind == Request::Kind::kLines ? price(r.batch, r.batch.count, r.batch.entries.size()) : 1000; }
  std::pair<uint32_t, size_t> measure(const LineBatch& batch, size_t from, uint64_t work_most, uint32_t lines_most) const;
  bool is_light(uint64_t connection, uint64_t work_most) const;
  std::deque<uint64_t>::const_iterator find_light(uint64_t work_most) const;

  size_t most_;
  LineCosts* costs_;
  size_t bytes_ = 0;
  std::deque<Request> first_;                    // loads, resets, marks behind which nothing waits
  std::unordered_map<uint64_t, Flow> flows_;     // of those that have something queued
  std::deque<uint64_t> turns_;                   // connections of flows_, in the order of their turns
  std::set<uint64_t> refused_;
  std::deque<Mark> marks_;
  uint64_t pushed_ = 0, waiting_ = 0;            // requests of connections: ever, in flows_
  uint64_t looked_at_ = 0;                       // of refused_, the last time
  size_t blocked_ = 0;                           // turns that brought nothing, since the last that did
};

}  // namespace cep::engine

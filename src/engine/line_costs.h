// What lines of each connection cost, learnt from what they have cost: CPU time of ingest and shards, and the records made. What is on its way together is measured together, and what it
// was more or less than expected goes to those from whom most was expected, so that a cheap connection beside a costly one stays cheap. Nothing is known of a connection that begins, and
// a line may cost ten thousand times the one before it: so a connection has few lines on their way at first, more each time that they come out as cheap as they went in, and few again
// when they do not. It moves nothing but the moments at which lines are taken. A passive object, the journal thread's.
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/journal_stage.h"

namespace cep::engine {

// What so many lines may be to work, in nanoseconds, roughly: cheap ones and rejects.
inline uint64_t work_of(uint64_t lines, uint64_t bytes) { return 1000 * lines + bytes; }

class LineCosts {
 public:
  static constexpr uint32_t kFirstLines = 4;          // of a connection of which nothing is known
  static constexpr uint32_t kProvenLines = 256;       // grown to by all that are cheap; to more by those who have more to send
  static constexpr uint32_t kMostLines = 1u << 20;
  static constexpr uint64_t kBatchNs = 30'000;        // of what a batch has cost: its own way, not its lines
  static constexpr double kJump = 4;                  // so many times the price is no chance

  // Nanoseconds that so many lines of the connection are expected to cost.
  uint64_t price(uint64_t connection, uint64_t lines, uint64_t bytes) const;
  // How many more of its lines may go on their way now.
  uint32_t lines_left(uint64_t connection) const;
  // Whether they cost so much that they should be measured apart from others.
  bool costly(uint64_t connection) const;
  // What its lines on their way are expected to cost.
  uint64_t on_way(uint64_t connection) const;

  // These are about to go on their way.
  void taken(uint64_t connection, uint64_t lines, uint64_t bytes);
  // It had more to send than lines_left().
  void held_back(uint64_t connection);
  // All that was taken has been sent, but for what nobody wanted any more.
  void settle();
  // A frame goes on its way, its first position `base`; `from`: whose lines they are.
  void sent(uint64_t base, std::span<const WrittenFrame::From> from);
  // All positions up to this one are worked; `spent_ns`: what has been spent in all since the beginning. True: something is worked that was not before.
  bool worked(uint64_t position, uint64_t spent_ns);
  // The connection is closed.
  void forget(uint64_t connection) { flows_.erase(connection); }

 private:
  struct Flow {
    double price = 1;              // times work_of()
    uint32_t lines_most = kFirstLines;
    uint64_t lines = 0, work = 0;  // sent, not worked: lines, what they were expected to cost
    uint64_t taken_lines = 0, taken_work = 0;
    bool held_back = false;
  };
  struct Segment {                 // lines of one connection that follow each other
    uint64_t connection = 0;
    uint64_t next = 0, last = 0;   // positions that are not worked yet
    uint64_t work = 0;             // of these, as work_of()
    uint64_t priced = 0;           // and as expected when they were sent
  };
  struct Share {                   // of what is learnt from at once
    uint64_t lines = 0;
    double work = 0;
  };

  void take_worked(uint64_t position);
  void learn(Flow* flow, const Share& share, double expected, double spent);

  std::unordered_map<uint64_t, Flow> flows_;
  std::vector<uint64_t> taken_;    // connections of which something was taken
  std::deque<Segment> sent_;
  std::unordered_map<uint64_t, Share> worked_;   // since something was learnt
  uint64_t spent_ns_ = 0, unlearnt_ns_ = 0;
};

}  // namespace cep::engine

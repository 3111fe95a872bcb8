// The world outside the daemon, which forgets nothing when it dies: producers with numbered lines that resume, connections with what is still in flight on them, a subscriber who
// has written down every record that he was shown.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cep/engine.h"
#include "engine/durable_engine.h"
#include "journal/entry.h"
#include "sim/rng.h"

namespace sim {

// A line as the journal should have it.
struct SentLine {
  bool broken = false;
  std::string text;     // broken: its first bytes
  bool operator==(const SentLine&) const = default;
};

struct Producer {
  std::string id;
  std::string stream;              // default stream of its sessions
  std::vector<SentLine> lines;     // number n is lines[n - 1]
  uint64_t safe = 0;               // the daemon has said of every line up to it that it is durable
  uint64_t offered = 0;            // the greatest number ever put on a connection
  bool forgotten = false;          // the daemon has said so to its journal, perhaps in vain: the next welcome may begin at 1
};

// One connection: what was put on it arrives in order, or not at all.
struct Connection {
  uint64_t number = 0;
  Producer* producer = nullptr;    // null: plain
  bool hello_arrived = false, welcome = false, taken_over = false;
  uint64_t epoch = 0;
  uint64_t next = 1;               // number of the next line to be put on it
  std::deque<cep::engine::LineBatch> in_flight;
};

// What was seen of each numbered channel: line by seq.
using SeenRecords = std::map<uint64_t, std::string>;

struct Clients {
  std::vector<Producer> producers;
  std::vector<SentLine> plain;                   // of all plain connections, in the order sent
  SeenRecords seen[cep::kChannels];
  uint64_t seen_next[cep::kChannels] = {1, 1, 1, 1, 1, 1};
  uint64_t last_connection = 0;
  // Of the consumer on alerts: what he has acknowledged, and what he was told is kept.
  uint64_t acknowledged = 0, kept = 0;

  // Lines of some_line(), or these, dealt out among the producers.
  Clients(Rng* rng, const std::vector<std::string>& lines);
};

// `count` lines of the producer from number `first` on, as a batch of this connection.
cep::engine::LineBatch batch_of(const Connection& connection, uint64_t first, uint64_t count);
cep::engine::LineBatch plain_batch(const Connection& connection, const std::vector<SentLine>& lines);
// An event line that is unlike every other: `who` and `n` are in it. Now and then no event, but what a client may send too.
SentLine some_line(Rng* rng, const std::string& who, uint64_t n, int64_t* event_ms);

}  // namespace sim

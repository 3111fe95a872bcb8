// One life of the daemon on the virtual disk: from opening the data directory to its end, whatever that is. The real parts (engine/stages.h) run in the test's thread, in an order
// drawn from the seed; what the daemon's three loops and its I/O thread do stands here in small.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "engine/stages.h"
#include "output/file_output.h"
#include "sim/clients.h"
#include "sim/programs.h"
#include "sim/sim_env.h"

namespace sim {

inline constexpr const char* kDataDir = "/data";
inline constexpr const char* kFileOutput = "/out/alerts.ndjson";

// What outlives a daemon.
struct World {
  explicit World(uint64_t seed) : rng(seed), env(rng.next()), programs(&rng), clients(&rng, programs.lines), disk(programs.some(&rng)) {}
  Rng rng;
  SimEnv env;
  Programs programs;
  Clients clients;
  cep::Program disk;              // the pattern files as they are now
  uint64_t segment_bytes = 4096;  // of the journal
  cep::output::OutputLogOptions output;
  std::string log_id;             // of the first life that got that far
  uint64_t poison = 0;            // the position at which every engine crashes that processes it; 0: none yet, or it is skipped
  bool may_poison = false;
  uint64_t met = 0;               // the last position that some engine has processed
  uint64_t files_moved = 0;       // file outputs moved away: kFileOutput.1, .2 …
  std::string broken;             // the first promise that was broken; empty: none

  uint64_t acks = 0, welcomes = 0, takeovers = 0, stale_batches = 0, loads = 0, forgotten = 0, records_seen = 0;
  uint64_t pauses = 0, poisonings = 0, held = 0, hellos_while_recovering = 0;

  void breaks(const std::string& what) {
    if (broken.empty()) broken = what;
  }
};

class Life {
 public:
  explicit Life(World* world, std::string data_dir = kDataDir) : w_(*world), data_dir_(std::move(data_dir)) {}

  // Opens and recovers. A status is the environment's or a refusal. SimCrash may come out of both.
  cep::Status recover();
  // recover(), and takes the load at the journal's end if there is one to take.
  cep::Status start();
  // Something, by chance.
  cep::Status step();
  bool held() const { return held_; }
  // Without chance: everything that the producers have is sent and acknowledged, the input ended, all records read.
  cep::Status finish();

 private:
  cep::Status open();
  cep::Status checked(cep::Status status) const { return failure_.ok() ? status : failure_; }

  // Clients' side
  void connect();
  void put_lines();
  void put_plain_lines();
  void put_batch(Connection* connection, uint64_t count);
  void disconnect();
  void read_records();
  void read_channel(cep::Channel channel);
  void hear(const cep::engine::Notice& notice);

  // The daemon's loops
  cep::Status take_one();
  cep::Status write();
  cep::Status sync();
  cep::Status work();
  cep::Status let_go();
  cep::Status keep_house();
  void forget();
  cep::Status keep_places();
  void check_places();
  cep::Status load();
  void meet(uint64_t position);
  void meanwhile();
  cep::Status pause();
  void look_at_sockets();
  cep::Status move_file();
  bool wait_durable(uint64_t position);

  Connection* some_connection(bool (*fits)(const Connection&));

  World& w_;
  std::string data_dir_;
  cep::Status failure_;                      // before stages_: its hooks write it
  std::unique_ptr<cep::engine::Stages> stages_;
  std::unique_ptr<cep::output::FileOutput> file_;
  cep::journal::Load set_;
  bool load_asked_ = false;
  bool held_ = false;
  std::deque<cep::engine::WrittenFrame> frames_;
  std::deque<Connection> connections_;
};

}  // namespace sim

// What open() and the repairs of an output log have in common: the list of its segments and its state, read or refused with the way out.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "cep/status.h"
#include "output/log_state.h"
#include "output/scan.h"

namespace cep::output {

// The log in a directory before its segments are read.
struct LogFiles {
  bool has_state = false;
  bool state_whole = false;                                 // log.state has the bytes that were written
  LogState state;
  std::string state_problem;                                // what is wrong with log.state; empty: nothing, or the log is new
  std::array<std::vector<uint64_t>, kNumbered> segments;    // first seqs, sorted
  bool has_segments() const;
};

Result<LogFiles> list_log(base::Env* env, const std::string& dir);
Status save_state(base::Env* env, const std::string& dir, const LogState& state);
// "; `cepctl journal repair` …": what a person can do about damage.
std::string way_out(const std::string& dir);

// What a start says of damage that it refuses: where, what, and the way out. Of log.state, and of a channel.
std::string state_refusal(const std::string& dir, const std::string& problem);
std::string rot_refusal(const std::string& dir, Channel channel, const Damage& damage);

// Removes what a crash has left behind `scan`'s damage and what was retained away; appends to *cuts what it did for the damage. Durable at return. REQUIRES the damage is no rot.
Status cut_damage(base::Env* env, const std::string& dir, Channel channel, const ChannelScan& scan, std::vector<std::string>* cuts);

}  // namespace cep::output

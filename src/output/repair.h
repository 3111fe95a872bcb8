// The way out of an output log that is refused: what is damaged, and all of its channel behind it, is moved aside; the next start makes it again from the journal.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/env.h"
#include "cep/record.h"
#include "cep/status.h"

namespace cep::output {

// Reads the whole log in `dir` and moves, in each channel with damage, the damaged segment's rest and all later segments into `dir`/damaged-<n>. *report: lines for people, what was
// moved where; "the output log is sound" if nothing. Nothing is deleted. REQUIRES the data directory's lock. A crash on the way: call it again.
Status repair_output(base::Env* env, const std::string& dir, std::string* report);

// What a start would refuse of the log in `dir`, as it would say it; empty: nothing. Changes nothing; a daemon may be writing. An error: a file cannot be read.
Result<std::string> damage_of_output(base::Env* env, const std::string& dir);

// Moves the records of `channel` from `seq` on aside in the same way, sound or not: for a log that says other things than the journal makes ("replay diverged at alerts/57").
Status set_aside_output(base::Env* env, const std::string& dir, Channel channel, uint64_t seq, std::string* report);

// Moves the records aside that positions beyond `last_position` have decided: for a log whose journal has lost its end. They were sent; their seqs will be given to other records.
// Appends to *report, nothing if there are none. The log must be sound.
Status set_aside_output_behind(base::Env* env, const std::string& dir, uint64_t last_position, std::string* report);

struct SentRecord {
  Channel channel = Channel::kAlerts;
  uint64_t seq = 0;
  uint64_t position = 0;   // that decided it
};
// The first record that `position` or a later one has decided, of the first channel that has one; none: nothing that is kept can have come of that position. Changes nothing.
Result<std::optional<SentRecord>> first_sent_from(base::Env* env, const std::string& dir, uint64_t position);

}  // namespace cep::output

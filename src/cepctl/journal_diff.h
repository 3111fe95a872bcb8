// `cepctl journal diff`, and the two ways to go on from what it shows: what was sent holds, or what the journal makes now.
#pragma once
#include <string>

#include "base/env.h"
#include "cep/status.h"
#include "cepctl/console.h"

namespace cep::cepctl {

class JournalDiff {
 public:
  JournalDiff(base::Env* env, std::string data_dir, bool json) : env_(env), data_dir_(std::move(data_dir)), json_(json) {}

  // Replays the journal beside its output log and prints what differs. *differs: how many records. A daemon may be running; nothing is changed.
  Status show(Output* out, uint64_t* differs);
  // What was sent holds: an entry of the journal says so, and a record on `limits` tells it at the next start. REQUIRES the data directory's lock.
  Status accept_output(Output* out);
  // What the journal makes now holds: the records of each channel from its first difference on are moved aside. REQUIRES the data directory's lock.
  Status accept_journal(Output* out);

 private:
  base::Env* env_;
  const std::string data_dir_;
  const bool json_;
};

}  // namespace cep::cepctl

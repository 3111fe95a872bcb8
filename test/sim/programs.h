// The pattern files that the simulated daemon finds on its disk: some versions of one set, so that loads change something and something stays. They reach every numbered channel and
// depend on what must be the same at a replay: arrival times, ticks, producers' default streams, limits.
#pragma once
#include <string>
#include <vector>

#include "cep/program.h"
#include "engine/random_program.h"
#include "sim/rng.h"

namespace sim {

inline cep::Program program_version(int version) {
  cep::Program out;
  out.limits.line_bytes = 100000;
  out.limits.runs_per_key = 4;
  out.files.push_back({"patterns/streams.cep",
                       "stream s (id string, k string, v int required, ts timestamp) time ts watermark 5ms\n"
                       "stream a (id string, k string, v int)\n"
                       "stream h (id string, k string, v int, ts timestamp) time ts watermark 3ms idle 40ms advance\n"});
  out.files.push_back({"patterns/pair.cep",
                       "pattern pair on s by k { begin x where v == 1 followedByAny y where v > 1 within 40ms select id = x.id, other = y.id alert high "
                       "on timeout { select id = x.id alert low } }\n"});
  if (version != 1) {
    out.files.push_back({"patterns/w.cep", "window w on s by k { tumbling " + std::string(version == 0 ? "10ms" : "15ms") +
                                               " select n = count(), total = sum(v) alert low }\n"});
  }
  if (version != 2) {
    out.files.push_back({"patterns/quick.cep", "pattern quick on a by k { begin x next y within 1s select id = x.id, other = y.id alert low }\n"
                                               "window slow on a by k { session 20ms select n = count(), all = collect(id) alert low }\n"});
  }
  out.files.push_back({"patterns/gone.cep", "pattern gone on h by k { begin x where v > 1 notFollowedBy y where v == 0 within 20ms select id = x.id alert low }\n"});
  return out;
}

// The programs that the files on disk may be in the course of a world, and lines that fit: fixed ones, whose lines clients make up (none here), or random ones.
struct Programs {
  explicit Programs(Rng* rng) {
    if (rng->chance(0.7)) {
      for (int version = 0; version < 3; ++version) all.push_back(program_version(version));
      return;
    }
    for (int i = 0; i < 2; ++i) {
      cep::test::RandomProgram random(rng->next());
      cep::Program program;
      program.files.push_back({"patterns/random.cep", random.program()});
      all.push_back(std::move(program));
      if (i == 0) lines = random.lines();
    }
  }
  const cep::Program& some(Rng* rng) const { return all[rng->below(all.size())]; }

  std::vector<cep::Program> all;
  std::vector<std::string> lines;
};

// A file that people put by the API.
inline std::string put_text(int version) {
  return "pattern put on a by k { begin x where v == " + std::to_string(version) + " next y select id = y.id alert low }\n";
}

}  // namespace sim

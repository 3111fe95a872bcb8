// Runs one case of a test file: in every combination of shards and batch, with the same bytes in each, and
// with the records that were expected.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cepctl/case_file.h"

namespace cep::cepctl {

struct Combination {
  int shards = 1;
  uint32_t batch = 1000;
  bool threads = false;
  uint32_t reload = 0;  // lines between two loads of the same program; 0: none
  uint32_t restore = 0;  // lines between two restarts from a saved state; 0: none
  bool reshard = false;  // at each of these with another number of shards
};

struct RunnerOptions {
  std::vector<int> shards;        // empty: as the case says, else 1
  std::vector<uint32_t> batches;  // empty: 1000
  uint64_t seed = 0;
  bool threads = false;           // every combination with threads; the first one without them before
  bool colour = false;
  // More than 0: every combination once more, as "save all, restore all into a new engine, go on" before every so-many-th line (of cases with fewer than 30 lines: before every line); and the
  // first combination with another number of shards after each.
  uint32_t restore = 0;
  uint32_t reload = 0;            // more than 0: every combination once more, with the program loaded anew before every so-many-th line
};

enum class Outcome : uint8_t { kPassed, kFailed };

struct CaseResult {
  Outcome outcome = Outcome::kPassed;
  std::string report;  // of a failed case: lines indented by two blanks, each ended by LF
};

CaseResult run_case(const CaseFile& file, const Case& c, const RunnerOptions& options);

}  // namespace cep::cepctl

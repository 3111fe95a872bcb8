// The program of a saved state: what has to be there before its state can be read.
#pragma once
#include <string>
#include <vector>

#include "cep/program.h"
#include "plan/plan.h"
#include "runtime/loaded.h"
#include "state/state_reader.h"
#include "state/state_writer.h"

namespace cep::engine {

// Where the lines of a recorded stream come from, as the stream has said.
struct RecordedSession {
  bool known = false;
  std::string producer, stream;
};

struct SavedProgram {
  Program program;          // without table_files: the tables' rows are state
  RecordedSession session;
  uint64_t faults = 0;      // of expressions, so far

  void save(state::StateWriter* out) const;
  static Result<SavedProgram> load(const state::StateReader& in);
};

// Of every operator its name, its kind, its fingerprint and its lane; of every table its name and fingerprint.
void save_operators(const runtime::Loaded& loaded, state::StateWriter* out);
// The lanes in which the operators of the state stood, by node of `plan`. An error: they are not the operators and tables of this plan.
Result<std::vector<int>> load_operators(const plan::Plan& plan, const state::StateReader& in);

}  // namespace cep::engine

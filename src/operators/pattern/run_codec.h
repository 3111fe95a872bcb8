// What the run evaluator knows of a key as bytes, by what it means: each event once, what was taken as (what was taken before, event, stage), runs as what they have taken and the state in which
// they wait, held matches as what they took and their end. Stages and states go by name, so that a program that has them in other places reads them too. Beginnings, first and last times
// and timers follow from these.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "operators/pattern/key_state.h"
#include "operators/pattern/run_store.h"
#include "plan/plan.h"
#include "state/row_codec.h"

namespace cep::operators {

// The stages and states of a saved pattern in the numbering of the one that reads it.
class SavedAutomaton {
 public:
  // Of the pattern that writes.
  static void write(const plan::PatternNode& pattern, state::Encoder* out);
  // False if the saved pattern has a stage or state that this one has not.
  bool read(const plan::PatternNode& pattern, state::Decoder* in);

  // -1: there is no such one.
  int stage(uint64_t saved) const { return saved < stages_.size() ? stages_[saved] : -1; }
  int state(uint64_t saved) const { return saved < states_.size() ? states_[saved] : -1; }

 private:
  std::vector<int> stages_, states_;  // by saved number
};

class RunCodec {
 public:
  RunCodec(const plan::PatternNode& pattern, RunStore* store) : pattern_(pattern), store_(store) {}

  void write(const KeyState& key, const state::RowCodec& rows, state::Encoder* out);
  // Into an empty key. False if the bytes say what no evaluator can hold; the key is empty then.
  bool read(const SavedAutomaton& names, state::RowCodec* rows, state::Decoder* in, KeyState* key);

 private:
  // One that a key refers to, and what follows from all before it.
  struct Node {
    const HistoryNode* node = nullptr;
    uint64_t begin = 0;
    int64_t first_time = 0;
  };

  void gather(const HistoryNode* last);
  bool read_events(state::RowCodec* rows, state::Decoder* in);
  bool read_nodes(const SavedAutomaton& names, state::Decoder* in);
  bool read_runs(const SavedAutomaton& names, state::Decoder* in, KeyState* key);
  bool read_finished(state::Decoder* in, KeyState* key);

  const plan::PatternNode& pattern_;
  RunStore* const store_;
  // Of the key that is written: in the order in which they are.
  std::vector<const HistoryNode*> written_;
  std::vector<const TakenEvent*> taken_;
  std::unordered_map<const void*, uint64_t> numbers_;  // of both; only looked up
  // Of the key that is read; each a reference.
  std::vector<TakenEvent*> events_;
  std::vector<Node> nodes_;
};

}  // namespace cep::operators

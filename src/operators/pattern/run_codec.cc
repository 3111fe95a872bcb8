#include "operators/pattern/run_codec.h"

#include <algorithm>
#include <utility>

namespace cep::operators {
namespace {

// The states of one name follow each other in the order of the automaton: the n-th of a name is the n-th.
int find_state(const plan::Nfa& nfa, std::string_view name, uint64_t nth) {
  for (size_t i = 0; i < nfa.states.size(); ++i)
    if (nfa.states[i].name == name && nth-- == 0) return static_cast<int>(i);
  return -1;
}

int find_stage(const plan::PatternNode& pattern, std::string_view name) {
  for (size_t i = 0; i < pattern.stages.size(); ++i)
    if (pattern.stages[i].name == name) return static_cast<int>(i);
  return -1;
}

}  // namespace

void SavedAutomaton::write(const plan::PatternNode& pattern, state::Encoder* out) {
  out->number(pattern.stages.size());
  for (const plan::PatternNode::Named& stage : pattern.stages) out->text(stage.name);
  const std::vector<plan::State>& states = pattern.nfa.states;
  out->number(states.size());
  for (size_t i = 0; i < states.size(); ++i) {
    out->text(states[i].name);
    const auto of_name = [&](const plan::State& s) { return s.name == states[i].name; };
    out->number(static_cast<uint64_t>(std::count_if(states.begin(), states.begin() + static_cast<ptrdiff_t>(i), of_name)));
  }
}

bool SavedAutomaton::read(const plan::PatternNode& pattern, state::Decoder* in) {
  stages_.assign(in->count(), -1);
  for (int& stage : stages_) stage = find_stage(pattern, in->text());
  states_.assign(in->count(), -1);
  for (int& state : states_) {
    const std::string_view name = in->text();
    state = find_state(pattern.nfa, name, in->number());
  }
  const auto missing = [](int x) { return x < 0; };
  return in->ok() && std::none_of(stages_.begin(), stages_.end(), missing) && std::none_of(states_.begin(), states_.end(), missing);
}

// Everything that was taken up to `last`, what comes before first.
void RunCodec::gather(const HistoryNode* last) {
  const size_t first = written_.size();
  for (; last != nullptr && !numbers_.contains(last); last = last->prev) {
    numbers_.emplace(last, 0);
    written_.push_back(last);
  }
  std::reverse(written_.begin() + static_cast<ptrdiff_t>(first), written_.end());
  for (size_t i = first; i < written_.size(); ++i) {
    numbers_[written_[i]] = i;
    if (numbers_.emplace(written_[i]->event, taken_.size()).second) taken_.push_back(written_[i]->event);
  }
}

void RunCodec::write(const KeyState& key, const state::RowCodec& rows, state::Encoder* out) {
  const auto& [runs, finished] = key;  // a member more does not compile: it is to be written too
  written_.clear();
  taken_.clear();
  numbers_.clear();
  for (const Run& r : runs) gather(r.last);
  for (const Finished& f : finished) gather(f.last);
  out->number(taken_.size());
  for (const TakenEvent* e : taken_) {
    out->number(e->sequence);
    rows.write(*e->row(), out);
  }
  out->number(written_.size());
  for (const HistoryNode* n : written_) {
    out->number(n->prev == nullptr ? 0 : numbers_.at(n->prev) + 1);
    out->number(numbers_.at(n->event));
    out->number(static_cast<uint64_t>(n->stage));
  }
  out->number(runs.size());
  for (const auto& [last, begin, first_time, last_time, waits_in] : runs) {  // the beginning and the times follow from what was taken
    out->number(numbers_.at(last));
    out->number(waits_in);
  }
  out->number(finished.size());
  for (const auto& [last, begin, end] : finished) {
    out->number(numbers_.at(last));
    out->whole(end);
  }
}

bool RunCodec::read_events(state::RowCodec* rows, state::Decoder* in) {
  for (size_t n = in->count(); n > 0; --n) {
    const uint64_t sequence = in->number();
    const event::Row* row = rows->read(in);
    if (row == nullptr) return false;
    events_.push_back(store_->copy(*row, sequence));
  }
  return in->ok();
}

bool RunCodec::read_nodes(const SavedAutomaton& names, state::Decoder* in) {
  for (size_t n = in->count(); n > 0; --n) {
    const uint64_t before = in->below(nodes_.size() + 1);
    const uint64_t event = in->below(events_.size());
    const int stage = names.stage(in->number());
    if (!in->ok() || stage < 0) return false;
    const Node* prev = before == 0 ? nullptr : &nodes_[before - 1];
    if (prev != nullptr && prev->node->event->sequence >= events_[event]->sequence) return false;
    Node made;
    made.begin = prev != nullptr ? prev->begin : events_[event]->sequence;
    made.first_time = prev != nullptr ? prev->first_time : events_[event]->row()->time;
    made.node = store_->append(prev != nullptr ? prev->node : nullptr, events_[event], stage);
    nodes_.push_back(made);
  }
  return in->ok();
}

bool RunCodec::read_runs(const SavedAutomaton& names, state::Decoder* in, KeyState* key) {
  for (size_t n = in->count(); n > 0; --n) {
    const uint64_t at = in->below(nodes_.size());
    const int state = names.state(in->number());
    if (!in->ok() || state < 0) return false;
    const Node& node = nodes_[at];
    if (!key->runs.empty() && key->runs.back().begin > node.begin) return false;
    key->runs.push_back({RunStore::retain(node.node), node.begin, node.first_time, node.node->event->row()->time, static_cast<uint32_t>(state)});
  }
  return in->ok();
}

bool RunCodec::read_finished(state::Decoder* in, KeyState* key) {
  for (size_t n = in->count(); n > 0; --n) {
    const uint64_t at = in->below(nodes_.size());
    const int64_t end = in->whole();
    if (!in->ok()) return false;
    if (!key->finished.empty() && key->finished.back().begin > nodes_[at].begin) return false;
    key->finished.push_back({RunStore::retain(nodes_[at].node), nodes_[at].begin, end});
  }
  return in->ok();
}

bool RunCodec::read(const SavedAutomaton& names, state::RowCodec* rows, state::Decoder* in, KeyState* key) {
  const bool good = read_events(rows, in) && read_nodes(names, in) && read_runs(names, in, key) && read_finished(in, key) && key->live();
  for (const Node& n : nodes_) store_->release(n.node);
  for (TakenEvent* e : events_) store_->release(e);
  nodes_.clear();
  events_.clear();
  if (good) return true;
  for (const Run& r : key->runs) store_->release(r.last);
  for (const Finished& f : key->finished) store_->release(f.last);
  *key = KeyState{};
  return false;
}

}  // namespace cep::operators

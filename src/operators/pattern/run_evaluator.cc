#include "operators/pattern/run_evaluator.h"

#include <algorithm>

#include "base/check.h"
#include "base/event_time.h"
#include "operators/pattern/after_match_skip.h"

namespace cep::operators {
namespace {

constexpr size_t kKeptCapacity = 64;  // runs that an idle key's state keeps room for
constexpr size_t kFewRuns = 16;

}  // namespace

std::unique_ptr<Evaluator> make_run_evaluator(const plan::PatternNode& pattern, const Limits& limits,
                                              const expr::Tables* tables) {
  return std::make_unique<RunEvaluator>(pattern, limits, tables);
}

RunConditions::RunConditions(const std::vector<plan::Predicate>& predicates, const StageTotals* totals,
                             const expr::Tables* tables)
    : predicates_(predicates), programs_(predicates.size()), history_(totals) {
  for (size_t i = 0; i < predicates.size(); ++i)
    if (predicates[i].on_history && predicates[i].expr) programs_[i].emplace(predicates[i].expr);
  context_.arena = &arena_;
  context_.history = &history_;
  context_.tables = tables;
}

bool RunConditions::holds(uint16_t predicate) {
  const plan::Predicate& p = predicates_[predicate];
  if (p.input >= 0 && context_.row->input != p.input) return false;
  if (p.gap_ms >= 0) return context_.row->time < base::add_time(run_->last_time, p.gap_ms);
  if (!programs_[predicate]) return true;
  history_.set(run_->last);
  arena_.reset();
  return programs_[predicate]->holds(context_);
}

void RunMatch::set(const HistoryNode* last) {
  last_ = last;
  history_.set(last);
  listed_ = false;
}

std::span<const Match::Taken> RunMatch::taken() const {
  if (!listed_) {
    taken_.resize(last_->depth);
    for (const HistoryNode* n = last_; n != nullptr; n = n->prev)
      taken_[n->depth - 1] = {n->stage, n->event->row()};
    listed_ = true;
  }
  return taken_;
}

RunEvaluator::RunEvaluator(const plan::PatternNode& pattern, const Limits& limits, const expr::Tables* tables)
    : pattern_(pattern),
      limits_(limits),
      begin_test_(pattern.nfa, pattern.predicates),
      outcomes_(pattern.nfa, pattern.predicates),
      totals_(pattern.predicates),
      conditions_(pattern.predicates, &totals_, tables),
      store_(&totals_),
      codec_(pattern, &store_) {}

bool RunEvaluator::process(uint32_t key, const event::Row& row, uint64_t sequence, const uint64_t* bits,
                           MatchSink* sink) {
  const auto found = keys_.find(key);
  const bool was_live = found != keys_.end();
  if (!was_live && !begin_test_(bits)) return false;
  KeyState* k = was_live ? found->second : acquire();
  Current now{&row, sequence, bits, nullptr};
  Moment m{key, row.time, sink};

  step_all(k, &now);
  settle(k, &m);
  bound_held(k, &m);
  report(m);
  if (!was_live && k->live()) keys_.emplace(key, k);
  if (k->live()) set_timers(key, now);
  if (now.event != nullptr) store_.release(now.event);
  return close(k, was_live, m);
}

void RunEvaluator::step_all(KeyState* k, Current* now) {
  outcomes_.next_event();
  conditions_.set_event(*now->row);
  state_gaps_.clear();
  began_ = took_ = false;
  doomed_ = kNotBegun;
  dropped_runs_ = dropped_matches_ = 0;
  written_ = 0;
  readable_ = 0;
  const size_t n = k->runs.size();
  while (readable_ < n) {
    const Run run = k->runs[readable_++];
    step(run, k, now);
  }
  if (begin_test_(now->bits)) step(Run{.state = pattern_.nfa.start}, k, now);
  if (written_ + spill_.size() > limits_.runs_per_key) bound_runs(k);
  k->runs.erase(k->runs.begin() + static_cast<ptrdiff_t>(written_), k->runs.end());
  k->runs.insert(k->runs.end(), spill_.begin(), spill_.end());
  spill_.clear();
}

// Replaces one run by its results. Takes over the run's reference to its list.
void RunEvaluator::step(const Run& run, KeyState* k, Current* now) {
  conditions_.set_run(run);
  const std::span<const OutcomeStep> steps = outcomes_.steps(run.state, now->bits, &conditions_);
  const bool waits = steps.size() == 1 && steps[0].stage < 0 && steps[0].target == run.state;
  if (waits && run.last != nullptr) return put(run, k);  // the most frequent case
  for (const OutcomeStep& s : steps) {
    if (s.stage >= 0) {
      take(run, s, k, now);
      continue;
    }
    if (run.last == nullptr) continue;
    if (s.final) {
      finish(RunStore::retain(run.last), run.begin);
      continue;
    }
    Run on = run;
    on.state = s.target;
    RunStore::retain(run.last);
    const int64_t gap = pattern_.nfa.states[s.target].gap_ms;
    if (gap >= 0 && pattern_.nfa.states[run.state].gap_ms < 0)
      state_gaps_.push_back(base::add_time(run.last_time, gap));
    put(on, k);
  }
  for (const auto& [stage, node] : nodes_) store_.release(node);
  nodes_.clear();
  store_.release(run.last);
  if (written_ + spill_.size() > 2 * limits_.runs_per_key) bound_runs(k);
  if (done_.size() > 2 * limits_.matches_per_event + 1024) drop_surplus_matches();
}

void RunEvaluator::take(const Run& run, const OutcomeStep& s, KeyState* k, Current* now) {
  const HistoryNode* node = node_for(run, s.stage, now);
  const uint64_t begin = run.last == nullptr ? now->sequence : run.begin;
  if (s.target != plan::kFinal) {
    const int64_t time = now->row->time;
    began_ |= run.last == nullptr;
    took_ = true;
    const int64_t gap = pattern_.nfa.states[s.target].gap_ms;
    if (gap >= 0) state_gaps_.push_back(base::add_time(time, gap));
    put({RunStore::retain(node), begin, run.last == nullptr ? time : run.first_time, time, s.target}, k);
  }
  if (s.final) finish(RunStore::retain(node), begin);
}

// The run's list with the event behind it: one for each stage that takes it.
const HistoryNode* RunEvaluator::node_for(const Run& run, int stage, Current* now) {
  for (const auto& [s, node] : nodes_)
    if (s == stage) return node;
  if (now->event == nullptr) now->event = store_.copy(*now->row, now->sequence);
  const HistoryNode* node = store_.append(run.last, now->event, stage);
  nodes_.emplace_back(stage, node);
  return node;
}

void RunEvaluator::put(const Run& run, KeyState* k) {
  if (run.begin == doomed_) {
    ++dropped_runs_;
    store_.release(run.last);
  } else if (spill_.empty() && written_ < readable_) {
    k->runs[written_++] = run;
  } else {
    spill_.push_back(run);
  }
}

void RunEvaluator::finish(const HistoryNode* last, uint64_t begin) {
  if (one_match_per_begin(pattern_.skip) && !done_.empty() && done_.back().begin == begin) {
    store_.release(last);
    return;
  }
  const Finished match{last, begin, last->event->row()->time};
  if (worst_ && !comes_before(match, *worst_)) {
    ++dropped_matches_;
    store_.release(last);
  } else {
    done_.push_back(match);
  }
}

// Of a match each, beyond the limit the last in the order of matches cannot be sent whatever else the event
// brings; nor can what finishes later and comes behind all that are left.
void RunEvaluator::drop_surplus_matches() {
  if (pattern_.skip != plan::Skip::kNone) return;
  const auto bound = done_.begin() + static_cast<ptrdiff_t>(limits_.matches_per_event);
  std::nth_element(done_.begin(), bound - 1, done_.end(), in_order());
  worst_ = *(bound - 1);
  for (auto f = bound; f != done_.end(); ++f) store_.release(f->last);
  dropped_matches_ += static_cast<uint64_t>(done_.end() - bound);
  done_.erase(bound, done_.end());
}

// Drops the oldest beginnings whole until the results are within the limit. In the middle of a step this is
// what the end of it would do, only earlier: results only become more.
void RunEvaluator::bound_runs(KeyState* k) {
  const auto at = [&](size_t i) -> const Run& { return i < written_ ? k->runs[i] : spill_[i - written_]; };
  const size_t all = written_ + spill_.size();
  size_t drop = 0;
  while (all - drop > limits_.runs_per_key) {
    doomed_ = at(drop).begin;
    for (; drop < all && at(drop).begin == doomed_; ++drop) store_.release(at(drop).last);
  }
  dropped_runs_ += drop;
  const size_t here = std::min(drop, written_);
  const auto runs = k->runs.begin();
  std::copy(runs + static_cast<ptrdiff_t>(here), runs + static_cast<ptrdiff_t>(written_), runs);
  written_ -= here;
  spill_.erase(spill_.begin(), spill_.begin() + static_cast<ptrdiff_t>(drop - here));
}

// Held matches count like runs: beyond the limit the oldest runs, which hold them, are dropped.
void RunEvaluator::bound_held(KeyState* k, Moment* m) {
  while (!k->runs.empty() && k->runs.size() + k->finished.size() > limits_.runs_per_key) {
    const size_t surplus = k->runs.size() + k->finished.size() - limits_.runs_per_key;
    size_t drop = std::min(surplus, k->runs.size());
    while (drop < k->runs.size() && k->runs[drop].begin == k->runs[drop - 1].begin) ++drop;
    dropped_runs_ += drop;
    drop_first(k, drop);
    settle(k, m);
  }
}

void RunEvaluator::drop_first(KeyState* k, size_t runs) {
  const auto end = k->runs.begin() + static_cast<ptrdiff_t>(runs);
  for (auto r = k->runs.begin(); r != end; ++r) store_.release(r->last);
  k->runs.erase(k->runs.begin(), end);
}

void RunEvaluator::settle(KeyState* k, Moment* m) {
  if (pattern_.skip == plan::Skip::kNone)
    settle_at_once(m);
  else
    settle_in_order(k, m);
  done_.clear();
  worst_.reset();
}

bool RunEvaluator::comes_before(const Finished& a, const Finished& b) {
  if (a.begin != b.begin) return a.begin < b.begin;
  return order_.compare(a.last, b.last) < 0;
}

// Rule 17.
void RunEvaluator::settle_at_once(Moment* m) {
  if (done_.size() > limits_.matches_per_event) drop_surplus_matches();
  if (done_.size() > 1)
    std::sort(done_.begin(), done_.end(), in_order());
  for (const Finished& f : done_) {
    emit(f, m);
    store_.release(f.last);
  }
}

// Rules 15 and 16: the finished match that began first comes out unless a live run began before it; what it
// skips is dropped; and so on.
void RunEvaluator::settle_in_order(KeyState* k, Moment* m) {
  std::vector<Finished>& held = k->finished;
  hold(&held);
  size_t next = 0, gone = 0;  // held[0, next) and runs[0, gone) are done with
  while (next < held.size() && (gone == k->runs.size() || k->runs[gone].begin >= held[next].begin)) {
    const Finished f = held[next++];
    emit(f, m);
    const uint64_t bound = skip_bound(pattern_, f.last, f.begin);
    store_.release(f.last);
    while (gone < k->runs.size() && k->runs[gone].begin < bound) ++gone;
    for (; next < held.size() && held[next].begin < bound; ++next) store_.release(held[next].last);
  }
  if (gone > 0) drop_first(k, gone);
  held.erase(held.begin(), held.begin() + static_cast<ptrdiff_t>(next));
}

// Puts the new matches among those that wait: by beginning, and of one beginning the one that finished first
// comes first.
void RunEvaluator::hold(std::vector<Finished>* held) {
  const size_t old = held->size();
  held->insert(held->end(), done_.begin(), done_.end());
  const auto by_begin = [](const Finished& a, const Finished& b) { return a.begin < b.begin; };
  if (old > 0 && old < held->size() && (*held)[old].begin < (*held)[old - 1].begin)
    std::inplace_merge(held->begin(), held->begin() + static_cast<ptrdiff_t>(old), held->end(), by_begin);
  if (!one_match_per_begin(pattern_.skip) || old == held->size()) return;
  size_t kept = 0;
  for (const Finished& f : *held) {
    if (kept > 0 && (*held)[kept - 1].begin == f.begin)
      store_.release(f.last);
    else
      (*held)[kept++] = f;
  }
  held->resize(kept);
}

void RunEvaluator::emit(const Finished& f, Moment* m) {
  if (m->sent == limits_.matches_per_event) {
    ++dropped_matches_;
    return;
  }
  ++m->sent;
  match_.set(f.last);
  m->sink->on_match(m->key, match_, f.end, m->time);
}

void RunEvaluator::report(const Moment& m) {
  if (dropped_runs_ > 0) m.sink->on_limit(m.key, LimitKind::kRunsPerKey, dropped_runs_, m.time);
  if (dropped_matches_ > 0) m.sink->on_limit(m.key, LimitKind::kMatchesPerEvent, dropped_matches_, m.time);
  dropped_runs_ = dropped_matches_ = 0;
}

KeyState* RunEvaluator::acquire() {
  if (free_key_states_.empty()) return &key_states_.emplace_back();
  KeyState* k = free_key_states_.back();
  free_key_states_.pop_back();
  return k;
}

// Whether the key is live; forgets it if not.
bool RunEvaluator::close(KeyState* k, bool was_live, const Moment& m) {
  if (k->live()) return true;
  if (k->runs.capacity() > kKeptCapacity || k->finished.capacity() > kKeptCapacity) *k = KeyState{};
  free_key_states_.push_back(k);
  if (!was_live) return false;
  keys_.erase(m.key);
  m.sink->on_idle(m.key);
  return false;
}

void RunEvaluator::set_timers(uint32_t key, const Current& now) {
  if (began_ && pattern_.within_ms >= 0) arm(&within_, base::add_time(now.row->time, pattern_.within_ms), key);
  if (took_ && pattern_.gap_ms >= 0) arm(&gap_, base::add_time(now.row->time, pattern_.gap_ms), key);
  std::sort(state_gaps_.begin(), state_gaps_.end());
  state_gaps_.erase(std::unique(state_gaps_.begin(), state_gaps_.end()), state_gaps_.end());
  for (int64_t deadline : state_gaps_) arm(&state_gap_, deadline, key);
}

void RunEvaluator::arm(TimerQueue* queue, int64_t deadline, uint32_t key) {
  if (queue->wants_sift()) queue->sift([this](const Timer& t) { return still_wanted(t); });
  queue->push(deadline, key);
}

// Whether some run of the key still ends at this deadline. Of keys with many runs all timers are kept.
bool RunEvaluator::still_wanted(const Timer& t) const {
  const auto found = keys_.find(t.key);
  if (found == keys_.end()) return false;
  const KeyState& k = *found->second;
  if (k.runs.size() > kFewRuns) return true;
  for (const Run& r : k.runs) {
    const int64_t gap = pattern_.nfa.states[r.state].gap_ms;
    if (pattern_.within_ms >= 0 && base::add_time(r.first_time, pattern_.within_ms) == t.deadline) return true;
    if (pattern_.gap_ms >= 0 && base::add_time(r.last_time, pattern_.gap_ms) == t.deadline) return true;
    if (gap >= 0 && base::add_time(r.last_time, gap) == t.deadline) return true;
  }
  return false;
}

int64_t RunEvaluator::deadline(const Run& run) const {
  int64_t d = base::kEndOfTime;
  const int64_t gap = pattern_.nfa.states[run.state].gap_ms;
  if (pattern_.within_ms >= 0) d = base::add_time(run.first_time, pattern_.within_ms);
  if (pattern_.gap_ms >= 0) d = std::min(d, base::add_time(run.last_time, pattern_.gap_ms));
  if (gap >= 0) d = std::min(d, base::add_time(run.last_time, gap));
  return d;
}

int64_t RunEvaluator::next_deadline() const {
  return std::min({within_.next(), gap_.next(), state_gap_.next()});
}

void RunEvaluator::expire(int64_t until, MatchSink* sink) {
  while (!within_.empty() || !gap_.empty() || !state_gap_.empty()) {
    const int64_t moment = next_deadline();
    if (moment > until) break;
    pop_due(moment);
    for (const auto& [begin, key] : due_) end_runs(key, moment, sink);
  }
  bool no_timer = within_.empty() && gap_.empty() && state_gap_.empty();
  if (no_timer && keys_.empty() && key_states_.size() > kKeptKeyStates) give_back();
}

// With no key live and no timer left, memory of a burst of keys goes back to the system.
void RunEvaluator::give_back() {
  free_key_states_ = {};
  key_states_ = {};
  keys_ = {};
  for (TimerQueue* queue : {&within_, &gap_, &state_gap_}) *queue = TimerQueue();
}

// Fills due_ with the keys of which a run ends at the moment: by the first event of the first such run, which
// no numbering of keys changes.
void RunEvaluator::pop_due(int64_t moment) {
  due_.clear();
  due_keys_.clear();
  for (TimerQueue* queue : {&within_, &gap_, &state_gap_})
    while (!queue->empty() && queue->next() == moment) due_keys_.push_back(queue->pop().key);
  std::sort(due_keys_.begin(), due_keys_.end());
  due_keys_.erase(std::unique(due_keys_.begin(), due_keys_.end()), due_keys_.end());
  for (uint32_t key : due_keys_) {
    const auto found = keys_.find(key);
    if (found == keys_.end()) continue;
    for (const Run& r : found->second->runs) {
      if (deadline(r) > moment) continue;
      due_.emplace_back(r.begin, key);
      break;
    }
  }
  std::sort(due_.begin(), due_.end());
}

void RunEvaluator::end_runs(uint32_t key, int64_t moment, MatchSink* sink) {
  KeyState* k = keys_.find(key)->second;
  Moment m{key, moment, sink};
  size_t kept = 0;
  for (const Run& r : k->runs) {
    if (deadline(r) > moment)
      k->runs[kept++] = r;
    else if (pattern_.nfa.states[r.state].ends_pending)
      done_.push_back({r.last, r.begin, moment});
    else if (pattern_.on_timeout)
      timeouts_.push_back({r.last, r.begin, moment});
    else
      store_.release(r.last);
  }
  k->runs.erase(k->runs.begin() + static_cast<ptrdiff_t>(kept), k->runs.end());
  send_timeouts(m);
  settle(k, &m);
  bound_held(k, &m);
  report(m);
  close(k, true, m);
}

// Rule 12: runs that end at one moment with the same events give one timeout.
void RunEvaluator::send_timeouts(const Moment& m) {
  if (timeouts_.size() > 1)
    std::sort(timeouts_.begin(), timeouts_.end(), in_order());
  for (size_t i = 0; i < timeouts_.size(); ++i) {
    if (i > 0 && !comes_before(timeouts_[i - 1], timeouts_[i])) continue;
    match_.set(timeouts_[i].last);
    m.sink->on_timeout(m.key, match_, m.time);
  }
  for (const Finished& f : timeouts_) store_.release(f.last);
  timeouts_.clear();
}

void RunEvaluator::save(uint32_t key, const state::RowCodec& rows, state::Encoder* out) {
  codec_.write(*keys_.at(key), rows, out);
}

// Timers follow from the runs: those that would find nothing to end are not set again.
bool RunEvaluator::load(uint32_t key, const SavedAutomaton& names, state::RowCodec* rows, state::Decoder* in) {
  if (keys_.contains(key)) return false;
  KeyState* k = acquire();
  if (!codec_.read(names, rows, in, k)) {
    free_key_states_.push_back(k);
    return false;
  }
  keys_.emplace(key, k);
  for (const Run& r : k->runs) {
    const int64_t gap = pattern_.nfa.states[r.state].gap_ms;
    if (pattern_.within_ms >= 0) arm(&within_, base::add_time(r.first_time, pattern_.within_ms), key);
    if (pattern_.gap_ms >= 0) arm(&gap_, base::add_time(r.last_time, pattern_.gap_ms), key);
    if (gap >= 0) arm(&state_gap_, base::add_time(r.last_time, gap), key);
  }
  return true;
}

Evaluator::Stats RunEvaluator::stats() const {
  Stats s;
  s.keys = keys_.size();
  s.bytes = store_.used_bytes() + sizeof(Timer) * (within_.size() + gap_.size() + state_gap_.size());
  for (const auto& [key, k] : keys_) {
    s.runs += k->runs.size();
    s.held += k->finished.size();
    s.bytes += sizeof(KeyState) + sizeof(Run) * k->runs.size() + sizeof(Finished) * k->finished.size();
  }
  return s;
}

}  // namespace cep::operators

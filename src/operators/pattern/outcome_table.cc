#include "operators/pattern/outcome_table.h"

#include <algorithm>
#include <set>

namespace cep::operators {
namespace {

constexpr size_t kDenseBits = 12;             // up to as many predicates a state's entries are an array,
constexpr uint64_t kDenseSlots = 4u << 20;    // as long as all arrays together stay below this,
constexpr size_t kSparseBits = 64;            // else a hash table; with more predicates nothing is remembered
constexpr size_t kMostEntries = 1u << 18;     // remembered in all
constexpr size_t kMostSteps = 16u << 20;
constexpr size_t kMostTests = 64;             // of a BeginTest

}  // namespace

OutcomeTable::OutcomeTable(const plan::Nfa& nfa, const std::vector<plan::Predicate>& predicates)
    : nfa_(nfa),
      predicates_(predicates),
      rows_(nfa.states.size()),
      entries_(1),
      dense_left_(kDenseSlots),
      values_(predicates.size(), kFalse) {}

// All that a walk from the state may read: its own edges, those over PROCEED, and the ways from its targets
// to the end.
void OutcomeTable::find_predicates(uint32_t state) {
  std::vector<char> seen(nfa_.states.size(), 0), seen_end(nfa_.states.size(), 0);
  std::set<uint16_t> read;
  const auto note = [&](const plan::Edge& e) {
    for (const plan::Literal& l : e.when)
      if (!predicates_[l.predicate].on_history) read.insert(l.predicate);
  };
  std::vector<uint32_t> todo = {state}, ends;
  while (!todo.empty()) {
    const uint32_t i = todo.back();
    todo.pop_back();
    if (seen[i]++ != 0) continue;
    const plan::State& s = nfa_.states[i];
    for (const std::vector<plan::Edge>* edges : {&s.take, &s.ignore, &s.proceed, &s.stop})
      for (const plan::Edge& e : *edges) note(e);
    for (const plan::Edge& e : s.take)
      if (e.target != plan::kFinal) ends.push_back(e.target);
    for (const plan::Edge& e : s.proceed)
      if (e.target != plan::kFinal) todo.push_back(e.target);
  }
  while (!ends.empty()) {
    const uint32_t i = ends.back();
    ends.pop_back();
    if (seen_end[i]++ != 0) continue;
    for (const plan::Edge& e : nfa_.states[i].proceed) {
      note(e);
      if (e.target != plan::kFinal) ends.push_back(e.target);
    }
  }
  rows_[state].event_predicates.assign(read.begin(), read.end());
  rows_[state].ready = true;
}

uint32_t OutcomeTable::find_entry(uint32_t state, const uint64_t* bits) {
  Row& row = rows_[state];
  if (!row.ready) find_predicates(state);
  const size_t n = row.event_predicates.size();
  if (n > kSparseBits) return kNotKept;
  uint64_t index = 0;
  for (size_t i = 0; i < n; ++i) {
    const uint16_t p = row.event_predicates[i];
    index |= (bits[p / 64] >> (p % 64) & 1) << i;
  }
  if (!row.dense.empty()) {
    uint32_t& slot = row.dense[index];
    if (slot == 0) slot = make_entry(state, bits);
    return slot;
  }
  if (n <= kDenseBits && (uint64_t{1} << n) <= dense_left_) {
    dense_left_ -= uint64_t{1} << n;
    row.dense.assign(size_t{1} << n, 0);
    return row.dense[index] = make_entry(state, bits);
  }
  if (auto found = row.sparse.find(index); found != row.sparse.end()) return found->second;
  const uint32_t entry = make_entry(state, bits);
  if (entry != kNotKept) row.sparse.emplace(index, entry);
  return entry;
}

uint32_t OutcomeTable::make_entry(uint32_t state, const uint64_t* bits) {
  if (entries_.size() >= kMostEntries || all_.size() >= kMostSteps) return kNotKept;
  set_event_values(state, bits);
  walk(state);
  Entry& e = entries_.emplace_back();
  e.needs = needs_;
  if (needs_.empty()) e.outcome = keep_steps();
  return static_cast<uint32_t>(entries_.size() - 1);
}

OutcomeTable::Steps OutcomeTable::fresh_steps(uint32_t state, const uint64_t* bits, HistoryValues* history) {
  if (!rows_[state].ready) find_predicates(state);
  set_event_values(state, bits);
  walk(state);
  if (needs_.empty()) return found_;
  for (uint16_t p : needs_) values_[p] = history->holds(p) ? kTrue : kFalse;
  walk(state);
  return found_;
}

void OutcomeTable::set_event_values(uint32_t state, const uint64_t* bits) {
  for (uint16_t p : rows_[state].event_predicates) values_[p] = bits[p / 64] >> (p % 64) & 1 ? kTrue : kFalse;
  for (size_t p = 0; p < predicates_.size(); ++p)
    if (predicates_[p].on_history) values_[p] = kUnknown;
}

OutcomeTable::Steps OutcomeTable::steps_by_history(uint32_t state, uint32_t entry, const uint64_t* bits,
                                                   HistoryValues* history) {
  Entry& e = entries_[entry];
  if (e.needs.size() > kSparseBits || all_.size() >= kMostSteps) return fresh_steps(state, bits, history);
  uint64_t index = 0;
  for (size_t i = 0; i < e.needs.size(); ++i) index |= static_cast<uint64_t>(history->holds(e.needs[i])) << i;
  auto [found, made] = e.by_history.try_emplace(index);
  if (made) {
    set_event_values(state, bits);
    for (size_t i = 0; i < e.needs.size(); ++i) values_[e.needs[i]] = index >> i & 1 ? kTrue : kFalse;
    walk(state);
    found->second = keep_steps();
  }
  return {all_.data() + found->second.first, found->second.count};
}

OutcomeTable::Outcome OutcomeTable::keep_steps() {
  const Outcome outcome{static_cast<uint32_t>(all_.size()), static_cast<uint32_t>(found_.size())};
  all_.insert(all_.end(), found_.begin(), found_.end());
  return outcome;
}

bool OutcomeTable::possible(const plan::Condition& when) {
  for (const plan::Literal& l : when)
    if (values_[l.predicate] == (l.negated ? kTrue : kFalse)) return false;
  for (const plan::Literal& l : when) {
    const bool noted = std::find(needs_.begin(), needs_.end(), l.predicate) != needs_.end();
    if (values_[l.predicate] == kUnknown && !noted) needs_.push_back(l.predicate);
  }
  return true;
}

// The edges that hold, a state's own first, then over the PROCEED edges that hold,
// the last of them first.
void OutcomeTable::walk(uint32_t state) {
  found_.clear();
  needs_.clear();
  bool stopped = false;
  todo_.assign(1, state);
  while (!todo_.empty()) {
    const plan::State& s = nfa_.states[todo_.back()];
    todo_.pop_back();
    for (const plan::Edge& e : s.stop) stopped |= possible(e.when);
    for (const plan::Edge& e : s.take)
      if (possible(e.when)) found_.push_back({s.stage, e.target, ends(e.target)});
    for (const plan::Edge& e : s.ignore)
      if (possible(e.when)) found_.push_back({-1, e.target, e.target == plan::kFinal});
    for (const plan::Edge& e : s.proceed)
      if (e.target != plan::kFinal && possible(e.when)) todo_.push_back(e.target);
  }
  if (stopped) keep_finals();
}

// A ban ends the run with all its branches of this event; a match that the event completes stands (rule 9).
void OutcomeTable::keep_finals() {
  std::erase_if(found_, [](const OutcomeStep& s) { return !s.final; });
  for (OutcomeStep& s : found_) s.target = plan::kFinal;
}

// Whether PROCEED edges that hold for this same event lead to the end.
bool OutcomeTable::ends(uint32_t state) {
  bool end = false;  // all ways are looked at, so that no predicate that matters is missed
  todo_ends_.assign(1, state);
  while (!todo_ends_.empty()) {
    const uint32_t i = todo_ends_.back();
    todo_ends_.pop_back();
    end |= i == plan::kFinal;
    if (i == plan::kFinal) continue;
    for (const plan::Edge& e : nfa_.states[i].proceed)
      if (possible(e.when)) todo_ends_.push_back(e.target);
  }
  return end;
}

namespace {

// The conjunctions of event literals under which a TAKE can be reached from the start.
std::set<plan::Condition> beginnings(const plan::Nfa& nfa, const std::vector<plan::Predicate>& predicates) {
  std::set<plan::Condition> all;
  const auto add = [&](const plan::Condition& a, const plan::Condition& b) {
    std::set<plan::Literal> both(a.begin(), a.end());
    for (const plan::Literal& l : b)
      if (!predicates[l.predicate].on_history) both.insert(l);
    return plan::Condition(both.begin(), both.end());
  };
  const auto contradicts = [](const plan::Condition& c) {
    for (size_t i = 1; i < c.size(); ++i)
      if (c[i].predicate == c[i - 1].predicate) return true;
    return false;
  };
  std::vector<std::pair<uint32_t, plan::Condition>> todo = {{nfa.start, {}}};
  while (!todo.empty()) {
    const auto [state, when] = std::move(todo.back());
    todo.pop_back();
    const plan::State& s = nfa.states[state];
    for (const plan::Edge& e : s.take)
      if (plan::Condition c = add(when, e.when); !contradicts(c)) all.insert(std::move(c));
    for (const plan::Edge& e : s.proceed)
      if (plan::Condition c = add(when, e.when); e.target != plan::kFinal && !contradicts(c))
        todo.push_back({e.target, std::move(c)});
  }
  return all;
}

}  // namespace

BeginTest::BeginTest(const plan::Nfa& nfa, const std::vector<plan::Predicate>& predicates) {
  words_ = std::max<size_t>(1, (predicates.size() + 63) / 64);
  const std::set<plan::Condition> all = beginnings(nfa, predicates);
  always_ = all.size() > kMostTests || all.count({}) > 0;
  if (always_) return;
  for (const plan::Condition& c : all) {
    const size_t at = tests_.size();
    tests_.resize(at + 2 * words_, 0);
    for (const plan::Literal& l : c) {
      const uint64_t bit = uint64_t{1} << (l.predicate % 64);
      tests_[at + 2 * (l.predicate / 64)] |= bit;
      if (!l.negated) tests_[at + 2 * (l.predicate / 64) + 1] |= bit;
    }
  }
}

}  // namespace cep::operators

#include "plan/nfa/nfa_builder.h"

#include <algorithm>
#include <array>
#include <deque>

namespace cep::plan::detail {

Conjunction always() { return {}; }

Conjunction holds(int predicate) {
  Conjunction c;
  if (predicate >= 0) c.all.push_back({static_cast<uint16_t>(predicate), false});
  return c;
}

Conjunction fails(int predicate) {
  Conjunction c;
  if (predicate >= 0)
    c.all.push_back({static_cast<uint16_t>(predicate), true});
  else
    c.never = true;
  return c;
}

Conjunction both(const Conjunction& a, const Conjunction& b) {
  Conjunction c;
  c.never = a.never || b.never;
  std::set_union(a.all.begin(), a.all.end(), b.all.begin(), b.all.end(), std::back_inserter(c.all));
  for (size_t i = 1; i < c.all.size(); ++i) c.never |= c.all[i].predicate == c.all[i - 1].predicate;
  return c;
}

uint32_t NfaBuilder::add(const std::string& name, int stage) {
  if (states_.size() >= limit_) {
    full_ = true;
    return 0;
  }
  State& s = states_.emplace_back();
  s.name = name;
  s.stage = stage;
  proceeds_.emplace_back();
  return static_cast<uint32_t>(states_.size() - 1);
}

void NfaBuilder::take(uint32_t state, const Conjunction& when, uint32_t target) {
  if (!when.never) states_[state].take.push_back({when.all, target});
}

void NfaBuilder::ignore(uint32_t state, const Conjunction& when, uint32_t target) {
  if (!when.never) states_[state].ignore.push_back({when.all, target});
}

void NfaBuilder::proceed(uint32_t state, const Conjunction& when, uint32_t target) {
  proceeds_[state].push_back(target);
  if (!when.never) states_[state].proceed.push_back({when.all, target});
}

void NfaBuilder::stop(uint32_t state, const Conjunction& when) {
  if (!when.never) states_[state].stop.push_back({when.all, kFinal});
}

namespace {

// "The loop does not take it" as conditions of which at most one holds.
std::vector<Conjunction> outside(const Guard& guard) {
  std::vector<Conjunction> ways = {fails(guard.where)};
  if (guard.gap >= 0) ways.push_back(both(holds(guard.where), fails(guard.gap)));
  return ways;
}

}  // namespace

void NfaBuilder::guard(uint32_t state, const Guard& guard) {
  if (!guard.set) return;
  State& s = states_[state];
  const std::vector<Conjunction> ways = outside(guard);
  for (std::vector<Edge>* edges : {&s.take, &s.ignore, &s.proceed, &s.stop}) {
    std::vector<Edge> guarded;
    for (const Edge& e : *edges) {
      for (const Conjunction& way : ways) {
        Conjunction when = both({false, e.when}, way);
        if (!when.never) guarded.push_back({when.all, e.target});
      }
    }
    *edges = std::move(guarded);
  }
}

// The states from which PROCEED edges lead to a pending one, and the pending ones themselves (rule 10). What
// the edges ask for does not count: it is time that ends the run.
std::vector<char> NfaBuilder::ends_pending() const {
  std::vector<std::vector<uint32_t>> back(states_.size());
  std::vector<uint32_t> todo;
  for (uint32_t i = 0; i < states_.size(); ++i) {
    for (uint32_t target : proceeds_[i])
      if (target != kFinal) back[target].push_back(i);
    if (states_[i].pending) todo.push_back(i);
  }
  std::vector<char> ends(states_.size(), 0);
  while (!todo.empty()) {
    const uint32_t i = todo.back();
    todo.pop_back();
    if (ends[i] == 0) todo.insert(todo.end(), back[i].begin(), back[i].end());
    ends[i] = 1;
  }
  return ends;
}

Nfa NfaBuilder::finish(uint32_t start) const {
  std::vector<uint32_t> number(states_.size(), kFinal);
  std::vector<uint32_t> order = {start};
  number[start] = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const State& s = states_[order[i]];
    for (const std::vector<Edge>* edges : {&s.take, &s.ignore, &s.proceed}) {
      for (const Edge& e : *edges) {
        if (e.target == kFinal || number[e.target] != kFinal) continue;
        number[e.target] = static_cast<uint32_t>(order.size());
        order.push_back(e.target);
      }
    }
  }
  const std::vector<char> pending = ends_pending();
  Nfa nfa;
  for (uint32_t from : order) {
    State& s = nfa.states.emplace_back(states_[from]);
    s.ends_pending = pending[from] != 0;
    for (std::vector<Edge>* edges : {&s.take, &s.ignore, &s.proceed})
      for (Edge& e : *edges)
        if (e.target != kFinal) e.target = number[e.target];
  }
  return nfa;
}

namespace {

// The states in an order in which every PROCEED edge leads backwards; shorter than the list of states if
// there is a circle.
std::vector<uint32_t> sinks_first(const Nfa& nfa) {
  const size_t n = nfa.states.size();
  std::vector<std::vector<uint32_t>> back(n);
  std::vector<uint32_t> open(n, 0), order;
  for (uint32_t i = 0; i < n; ++i) {
    for (const Edge& e : nfa.states[i].proceed) {
      if (e.target == kFinal) continue;
      back[e.target].push_back(i);
      ++open[i];
    }
    if (open[i] == 0) order.push_back(i);
  }
  for (size_t k = 0; k < order.size(); ++k)
    for (uint32_t from : back[order[k]])
      if (--open[from] == 0) order.push_back(from);
  return order;
}

}  // namespace

bool has_proceed_cycle(const Nfa& nfa) { return sinks_first(nfa).size() != nfa.states.size(); }

uint64_t most_routes(const Nfa& nfa, uint64_t cap) {
  std::vector<uint64_t> routes(nfa.states.size(), 0);
  uint64_t most = 0;
  for (uint32_t i : sinks_first(nfa)) {
    uint64_t sum = 1;
    for (const Edge& e : nfa.states[i].proceed)
      if (e.target != kFinal) sum = std::min(cap, sum + routes[e.target]);
    routes[i] = sum;
    most = std::max(most, sum);
  }
  return most;
}

}  // namespace cep::plan::detail

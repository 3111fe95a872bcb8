// The ground under the NFA compiler: conditions as conjunctions that may be known never to hold, and a
// growing list of states.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/nfa/nfa.h"

namespace cep::plan::detail {

// A conjunction of literals, kept sorted and without repeats; `never` once it contradicts itself.
struct Conjunction {
  bool never = false;
  Condition all;
};

// Predicate -1 is the absent condition: it holds for every event.
Conjunction always();
Conjunction holds(int predicate);
Conjunction fails(int predicate);
Conjunction both(const Conjunction& a, const Conjunction& b);

using Exit = std::pair<Conjunction, uint32_t>;  // a PROCEED edge still to be added

// The condition of a greedy loop just left: what comes next must not fit the loop. `gap`: with `every D`, the
// loop is also out of the way once its gap has passed.
struct Guard {
  bool set = false;
  int where = -1;
  int gap = -1;
  auto operator<=>(const Guard&) const = default;
};

class NfaBuilder {
 public:
  // At most `limit` states: beyond them `full()` and every further state is one and the same (the result is
  // then of no use).
  explicit NfaBuilder(uint32_t limit) : limit_(limit) {}

  uint32_t add(const std::string& name, int stage);
  bool full() const { return full_; }
  State& at(uint32_t state) { return states_[state]; }

  // Edges that can never hold are left out: that changes no order.
  void take(uint32_t state, const Conjunction& when, uint32_t target);
  void ignore(uint32_t state, const Conjunction& when, uint32_t target);
  void proceed(uint32_t state, const Conjunction& when, uint32_t target);
  void stop(uint32_t state, const Conjunction& when);

  // Ands "the guard's loop does not take this event" onto all edges of the state.
  void guard(uint32_t state, const Guard& guard);

  // The states that can be reached from `start`, numbered breadth first; `ends_pending` filled in.
  Nfa finish(uint32_t start) const;

 private:
  uint32_t limit_;
  bool full_ = false;
  std::vector<State> states_;
  std::vector<std::vector<uint32_t>> proceeds_;  // all targets of PROCEED, also where the edge can never hold

  std::vector<char> ends_pending() const;
};

// Some PROCEED edges lead in a circle.
bool has_proceed_cycle(const Nfa& nfa);
// The greatest number of ways over PROCEED edges that begin in one state, counted up to `cap`. REQUIRES no
// circle.
uint64_t most_routes(const Nfa& nfa, uint64_t cap);

}  // namespace cep::plan::detail

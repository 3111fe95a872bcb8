// The compiled automaton as data. States are indices; the runtime knows four edges and no quantifier. The order of a state's edges is
// semantics, for it says which of several matches comes first: keep the golden dump.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace cep::plan {

// A predicate of the pattern, or its negation ("does not hold": false or null).
struct Literal {
  uint16_t predicate = 0;
  bool negated = false;
  auto operator<=>(const Literal&) const = default;
};

// All literals hold. Empty: always.
using Condition = std::vector<Literal>;

inline constexpr uint32_t kFinal = UINT32_MAX;  // the target that is the end of the pattern

struct Edge {
  Condition when;
  uint32_t target = kFinal;  // stop edges: not used
  auto operator<=>(const Edge&) const = default;
};

struct State {
  std::string name;            // of the stage it waits for; "group" for the joint of a repeated group
  int stage = -1;              // index in PatternNode::stages under which a TAKE files the event; -1: takes nothing
  bool pending = false;        // a trailing notFollowedBy: a run that time ends here is a match
  bool ends_pending = false;   // over PROCEED edges it reaches a pending state: the same (rule 10)
  int64_t gap_ms = -1;         // `every D`: a run here can only go on with another element of a loop, and ends D after its last event
  std::vector<Edge> take, ignore, proceed;
  std::vector<Edge> stop;
};

struct Nfa {
  std::vector<State> states;
  uint32_t start = 0;
};

}  // namespace cep::plan

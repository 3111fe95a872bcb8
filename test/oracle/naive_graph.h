// The web of states of the naive matcher.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "oracle/naive_matcher.h"

namespace oracle {

using Holds = std::function<bool(const Event&, const Trail&)>;

struct State;
using StatePtr = std::shared_ptr<State>;

struct Way {
  Holds when;
  StatePtr to;
};

struct State {
  std::string stage;
  bool final = false;
  bool pending = false;  // waits only for the end of `within`
  std::vector<Way> take, ignore, proceed;
  std::vector<Holds> stop;
};

// The state in which a run begins. States point at each other in circles: they are kept alive by *all.
StatePtr build(const Pattern& pattern, std::vector<StatePtr>* all);

}  // namespace oracle

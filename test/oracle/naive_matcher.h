// The rules of patterns, of runs and of which matches are kept, read as slowly and plainly as they can be: a pattern becomes a web of states that hold
// their conditions as functions, a run is a state and the list of what it took, every rule is applied to every run at every event. No tables, no bits, no shared
// history, no timers, and nothing of the engine: it is what the engine is compared with.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oracle {

struct Event {
  int number = 0;  // place in the order of the key
  std::string id, name;
  std::optional<int64_t> v;
  int64_t ts = 0;
};

struct Taken {
  std::string stage;
  Event event;
};
using Trail = std::vector<Taken>;

enum class Truth { kFalse, kTrue, kNull };
using Test = std::function<Truth(const Event&, const Trail&)>;

// One stage as written. contiguity: begin next followedBy followedByAny notNext notFollowedBy. inner: "" (relaxed) consecutive any.
struct Stage {
  std::string contiguity, name, inner;
  Test where;  // empty: every event
  Test until;  // empty: none
  int min = 1, max = 1;  // max 0: no end
  bool optional = false, greedy = false;
  std::vector<Stage> group;
};

struct Pattern {
  std::vector<Stage> stages;
  std::optional<int64_t> within, gap;
  std::string skip;         // "" next past first last
  std::string skip_target;
};

struct Result {
  Trail trail;
  int64_t time = 0;  // of timeouts: the moment they stand for
};

struct Answer {
  std::vector<Result> matches;   // in order
  std::vector<Result> timeouts;  // as a bag, equal ones of one moment once
};

// nullopt: more than `most_runs` runs at once.
std::optional<Answer> match(const Pattern& pattern, const std::vector<Event>& events, size_t most_runs);

}  // namespace oracle

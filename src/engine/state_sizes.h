// Who holds how much memory, for people: which operator made the state so large. No result depends on it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/engine.h"

namespace cep::engine {

struct StateSize {
  std::string name;        // of the operator, of several that share their rows and keys the first
  std::string_view kind;   // "pattern", "window", "join", "stream" (its `unique`, the values of its `by`), "table"
  uint64_t bytes = 0;
};

// As the shards last said it; what operators keep includes their throttles. Rows and records on their way between operators are nobody's. An engine that is none of Engine::create gives
// nothing. The caller's thread is the engine's.
std::vector<StateSize> state_sizes(const Engine& engine);

}  // namespace cep::engine

// Where the rows of a node lie: by which of its fields they were given to the shards.
#pragma once
#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace cep::plan {

// The fields of a node's stream by which its rows lie on the shards. Not `known`: of sources and what is made from them event by event; they come in order of arrival and go to the
// shard of each reader's key.
struct Placement {
  bool known = false;
  std::vector<uint16_t> slots;  // known, and empty: all on one shard
};

// By node. Linear in the nodes and their inputs.
std::vector<Placement> place(const Plan& plan);

// Whether rows change their shard on the way into this input. `placement` is that of place().
bool is_exchange(const std::vector<Placement>& placement, const Input& input);

}  // namespace cep::plan

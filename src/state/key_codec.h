// Canonical key bytes: equal keys have equal bytes, different keys different ones, and bytes compare as the values do (null first, then by value;
// composite keys field by field). They order records (event/label.h) and name keys in state; a hash of them only ever chooses a shard.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/value.h"
#include "event/row.h"

namespace cep::state {

void append_key(const Value& v, std::string* out);

// The key of a row: the values of `slots`, whose declared types are `types`.
void encode_key(const event::Row& row, const std::vector<uint16_t>& slots, const std::vector<Type>& types, std::string* out);

// The values back.
void decode_key(std::string_view bytes, const std::vector<Type>& types, std::vector<OwnedValue>* out);

// Stable over runs, machines and versions; key groups are derived from it.
uint64_t key_hash(std::string_view bytes);

inline constexpr uint32_t kKeyGroups = 1024;
inline uint32_t group_of(std::string_view key) { return static_cast<uint32_t>(key_hash(key) % kKeyGroups); }
inline int shard_of_group(uint32_t group, int shards) {
  return static_cast<int>(uint64_t{group} * static_cast<uint64_t>(shards) / kKeyGroups);
}
inline int shard_of(uint64_t hash, int shards) { return shard_of_group(static_cast<uint32_t>(hash % kKeyGroups), shards); }

}  // namespace cep::state

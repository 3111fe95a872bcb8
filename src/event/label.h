// The one total order of output records: it is the same for every number of shards and every size of batch.
#pragma once
#include <compare>
#include <cstdint>
#include <string>

namespace cep::event {

struct Label {
  uint64_t position = 0;  // the least input position at which the record is decided
  int64_t time = 0;       // the event time at which it fires
  uint32_t op = 0;        // index in the operator table; 0: ingest itself (rejects, late)
  std::string key;        // canonical key bytes, never a hash
  uint64_t ordinal = 0;   // among the records of that operator and key at that position

  auto operator<=>(const Label&) const = default;
};

}  // namespace cep::event

// Gathers a state: entries addressed by (operator, part, key group, key), in sections of one operator and part each (FORMAT.md). The same entries give the same bytes in whatever order they came.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "state/encoder.h"
#include "state/part.h"

namespace cep::state {

class StateWriter {
 public:
  // Where the entry's content goes; good until finish(). REQUIRES that no other entry has this address.
  Encoder& entry(uint32_t op, Part part, std::string_view key = {});
  // An entry of the shard at work, which whoever reads puts together with those of the others.
  Encoder& entry_of_shard(uint32_t op, Part part);
  // Which shard is at work; 0 before.
  void at_shard(int shard) { shard_ = shard; }
  int shard() const { return shard_; }

  // The bytes. Once.
  std::string finish();

 private:
  struct Entry {
    uint32_t op;
    Part part;
    uint32_t group;
    std::string key;
    Encoder content;
  };
  std::deque<Entry> entries_;  // an entry does not move
  int shard_ = 0;
};

}  // namespace cep::state

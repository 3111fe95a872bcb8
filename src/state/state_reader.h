// Reads what a StateWriter wrote. Whatever the bytes are, what comes back is the state or a Status that says why it is none; nothing is half read.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "cep/status.h"
#include "state/encoder.h"
#include "state/part.h"

namespace cep::state {

class StateReader {
 public:
  // Checks all sections. The bytes must outlive the reader and those made of it. An error: they are no state, are damaged, or are of a newer version.
  static Result<StateReader> read(std::string_view bytes);

  // The same state, of which only the entries by key are seen that are shard `shard`'s of so many; all others are.
  StateReader of_shard(int shard, int shards) const;

  using Each = std::function<Status(std::string_view key, Decoder* in)>;
  // Calls `each` for every entry of the operator's part, by key group and key. Stops at the first error, which it gives back; an error as well if an entry was not read to its end, or
  // has not what was asked of it.
  Status each(uint32_t op, Part part, const Each& each) const;
  // The same of a part that has one entry. An error if it has not.
  Status one(uint32_t op, Part part, const std::function<Status(Decoder* in)>& read) const;
  bool has(uint32_t op, Part part) const { return sections_->contains({op, part}); }

 private:
  struct Entry {
    uint32_t group;
    std::string_view key, content;
  };
  using Sections = std::map<std::pair<uint32_t, Part>, std::vector<Entry>>;

  static Status read_section(std::string_view body, Sections* sections);

  std::shared_ptr<const Sections> sections_;
  int shard_ = 0, shards_ = 1;
};

// Of an entry that says what cannot be.
Status damaged(uint32_t op, Part part);

}  // namespace cep::state

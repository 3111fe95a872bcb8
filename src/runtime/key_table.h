// The keys of one lane that have something live, as small numbers; a number is used again once nothing of its key lives.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/key_codec.h"

namespace cep::runtime {

class KeyTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t find(std::string_view key) const {
    auto at = ids_.find(key);
    return at == ids_.end() ? kNone : at->second;
  }
  uint32_t add(std::string_view key);
  // Its bytes can still be asked for until it is used again, or until settle().
  void remove(uint32_t id);
  // Long texts of keys that were removed are given back.
  void settle();
  const std::string& bytes(uint32_t id) const { return keys_[id]; }
  size_t size() const { return ids_.size(); }
  // The numbers of all keys, in the order of their bytes.
  std::vector<uint32_t> sorted() const;
  // What the keys take in memory; each is kept twice: to be found, and by its number.
  uint64_t memory() const { return 2 * text_bytes_ + ids_.size() * (sizeof(std::string) + sizeof(uint32_t)) + keys_.size() * sizeof(std::string); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view s) const { return state::key_hash(s); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a == b; }
  };
  boost::unordered_flat_map<std::string, uint32_t, Hash, Equal> ids_;
  std::vector<std::string> keys_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> long_gone_;  // removed since settle(), with a text of its own memory
  uint64_t text_bytes_ = 0;
};

}  // namespace cep::runtime

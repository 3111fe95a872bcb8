// The places of named readers: consumers that acknowledge, file outputs. Kept in one file of the data directory, replaced whole; written by save(), at most as often as the
// caller likes: delivery is at least once. One thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/env.h"
#include "cep/status.h"

namespace cep::output {

class Places {
 public:
  // Reads `path`; a missing file is an empty table; a damaged one is an error with the way out.
  Status open(base::Env* env, const std::string& path);
  // The last seq that `reader` has acknowledged on `channel`; 0: none.
  uint64_t acknowledged(const std::string& channel, const std::string& reader) const;
  // Never goes back.
  void acknowledge(const std::string& channel, const std::string& reader, uint64_t seq);
  bool dirty() const { return dirty_; }
  Status save();

 private:
  base::Env* env_ = nullptr;
  std::string path_;
  std::map<std::pair<std::string, std::string>, uint64_t> at_;
  bool dirty_ = false;
};

}  // namespace cep::output

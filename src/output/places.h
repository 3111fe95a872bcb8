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
  size_t size() const { return at_.size(); }
  bool dirty() const { return dirty_; }
  // take() and write() in one.
  Status save();
  // In two steps, for a caller that holds a lock round this object: take() gives the text to be written, after which nothing is dirty; write() needs no lock. If it fails,
  // what was taken is not durable.
  std::string take();
  Status write(const std::string& text) const;

 private:
  base::Env* env_ = nullptr;
  std::string path_;
  std::map<std::pair<std::string, std::string>, uint64_t> at_;
  bool dirty_ = false;
};

}  // namespace cep::output

// The places of named readers: consumers that acknowledge, file outputs. Kept in one file of the data directory, replaced whole; written by save(), at most as often as the
// caller likes: delivery is at least once. Each says when its reader was seen last, by a clock that runs only while the object is open (it stands while no daemon runs, and no wall clock
// moves it). One thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "cep/status.h"

namespace cep::output {

class Places {
 public:
  using Reader = std::pair<std::string, std::string>;   // channel, name

  // Reads `path`; a missing file is an empty table; a damaged one is an error with the way out.
  Status open(base::Env* env, const std::string& path);
  // The last seq that `reader` has acknowledged on `channel`; 0: none.
  uint64_t acknowledged(const std::string& channel, const std::string& reader) const;
  // Never goes back.
  void acknowledge(const std::string& channel, const std::string& reader, uint64_t seq);
  // The reader is there, until it has left as often as it came: its place is not forgotten meanwhile.
  void came(const std::string& channel, const std::string& reader);
  void left(const std::string& channel, const std::string& reader);
  // Forgets the places of those that have not been there for ttl_ms (> 0), and says whose. Each has had the time to come back: nothing is forgotten within chance_ms of open().
  std::vector<Reader> forget_unseen(uint64_t ttl_ms, uint64_t chance_ms);
  size_t size() const { return at_.size(); }
  bool dirty() const { return dirty_; }
  // take() and write() in one.
  Status save();
  // In two steps, for a caller that holds a lock round this object: take() gives the text to be written, after which nothing is dirty; write() needs no lock. If it fails,
  // what was taken is not durable.
  std::string take();
  Status write(const std::string& text) const;

 private:
  struct Place {
    uint64_t seq = 0;
    uint64_t seen_ms = 0;   // by now_ms()
  };
  static bool read(std::string_view text, std::map<Reader, Place>* at, uint64_t* ran_ms);
  uint64_t open_ms() const { return (env_->steady_us() - opened_us_) / 1000; }
  uint64_t now_ms() const { return ran_before_ms_ + open_ms(); }

  base::Env* env_ = nullptr;
  std::string path_;
  std::map<Reader, Place> at_;
  std::map<Reader, int> there_;    // how often
  uint64_t ran_before_ms_ = 0;     // when the file was written
  uint64_t opened_us_ = 0;
  bool dirty_ = false;
};

}  // namespace cep::output

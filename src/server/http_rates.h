// Events, late and rejected per second of each stream: the counters of the last ten seconds, one sample a second, taken in the loop's thread. No clock of its own.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cep/stats.h"

namespace cep::server {

struct StreamRate {
  std::string name;
  double events = 0, late = 0, rejected = 0;   // per second
};

class Rates {
 public:
  static constexpr size_t kSamplesMax = 11;    // ten seconds between the first and the last

  // `now_us`: steady. Samples less than half a second apart replace nothing: the younger one is dropped.
  void sample(uint64_t now_us, const std::vector<StreamStats>& streams);
  // By the streams of the newest sample, in their order. 0 before the second sample, and for a stream whose counter went back (it was loaded anew).
  std::vector<StreamRate> per_second() const;

 private:
  struct Counts {
    uint64_t events = 0, late = 0, rejected = 0;
  };
  struct Sample {
    uint64_t at_us = 0;
    std::vector<std::string> order;
    std::map<std::string, Counts> streams;
  };
  std::deque<Sample> samples_;
};

}  // namespace cep::server

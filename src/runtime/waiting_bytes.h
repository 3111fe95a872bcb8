// The memory of the rows that wait in a sorter.
#pragma once
#include <cstdint>

#include "runtime/rows.h"

namespace cep::runtime {

class WaitingBytes {
 public:
  void add(const WaitingRow& r) { bytes_ += size_of(r); }
  // REQUIRES that it was added and has not been released.
  void remove(const WaitingRow& r) { bytes_ -= size_of(r); }
  uint64_t get() const { return bytes_; }

 private:
  static uint64_t size_of(const WaitingRow& r) { return sizeof(WaitingRow*) + sizeof r + r.row().size; }

  uint64_t bytes_ = 0;
};

}  // namespace cep::runtime

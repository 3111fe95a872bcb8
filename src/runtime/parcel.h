// What one maker gives one shard for one batch.
#pragma once
#include <cstdint>
#include <memory>

#include "runtime/row_spool.h"
#include "runtime/rows.h"
#include "runtime/spsc_channel.h"
#include "runtime/timeline.h"

namespace cep::runtime {

// Rows, and the word that the maker's levels up to `level` are done up to the end of the batch. Ingest is level -1.
struct Parcel {
  std::shared_ptr<const Timeline> timeline;
  int level = -1;
  RowList rows;
  std::shared_ptr<SpilledRows> spilled = nullptr;   // null: none

  uint64_t bytes() const { return sizeof *this + rows.bytes; }
};

using ParcelChannel = SpscChannel<Parcel>;

}  // namespace cep::runtime

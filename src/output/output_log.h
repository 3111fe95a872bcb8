// The records of the numbered channels, kept on disk by seq, the newest in memory too. One thread appends (the sequencer's), any thread reads. Appending never waits for the disk to
// sync: a record can be made again from the journal. Bytes on disk: FORMAT.md in this folder. `streams` is kept in memory alone (live_ring()).
//
// At a start the log knows what was recorded before; records that are made again by the replay are compared with it, byte for byte, and only those beyond its end are appended.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "cep/engine.h"
#include "cep/status.h"

namespace cep::output {

struct OutputLogOptions {
  uint64_t segment_bytes = 64 << 20;
  uint64_t ring_bytes = 8 << 20;         // of the newest records of each channel in memory
  uint64_t live_bytes = 64 << 20;        // of `streams`
  int64_t retain_age_ms = 7ll * 24 * 3600 * 1000;
  uint64_t retain_bytes = 10ull << 30;   // of all channels together
};

struct ChannelPlace {
  uint64_t oldest = 1;   // seq of the oldest record kept; == next: none
  uint64_t next = 1;     // seq of the next record
  uint64_t bytes = 0;    // kept
};

class OutputLog {
 public:
  // Opens or makes the log in `dir`. A torn tail of the last segment of a channel is cut (the replay makes it again); damage anywhere else is an error that names file, offset and the way out.
  static Result<std::unique_ptr<OutputLog>> open(base::Env* env, const std::string& dir, const OutputLogOptions& options);
  virtual ~OutputLog() = default;

  // One record in the order of its channel. Made before (seq < next at the start): compared; a difference is an error "replay diverged at alerts/57: …" that shows both.
  // Otherwise appended. Errors are final: the process must end. Numbered channels: REQUIRES seqs without gaps from 1.
  virtual Status append(const Record& record) = 0;
  // Writes what append() has gathered and lets readers see it. Call after each batch.
  virtual Status publish() = 0;
  // How many records of before have not been made again yet (0: the recovery has reached the log's end).
  virtual uint64_t still_to_compare() const = 0;
  // When the journal is at its end and records are still to be compared: the log holds more than the journal can make. The status says which.
  virtual Status end_of_replay() = 0;
  // Durable up to what was published. For a clean stop and for retention.
  virtual Status sync() = 0;
  // Deletes whole old segments beyond the options' age and size; never the newest segment of a channel.
  virtual Status retain() = 0;

  // Readers, any thread. `streams` has places too, in memory alone.
  virtual ChannelPlace place(Channel channel) const = 0;
  // Bytes of the records from seq to the newest (those older than `oldest` not counted).
  virtual uint64_t bytes_from(Channel channel, uint64_t seq) const = 0;
  struct Reading {
    uint64_t next = 0;     // the seq that follows
    bool gone = false;     // seq < oldest: nothing was copied
  };
  // Appends records, each with its LF, from `seq` on to *out until it holds max_bytes or the log ends. `wants` is asked with the name of the record's pattern or stream.
  virtual Result<Reading> copy(Channel channel, uint64_t seq, size_t max_bytes, const std::function<bool(std::string_view name)>& wants, std::string* out) const = 0;
};

}  // namespace cep::output

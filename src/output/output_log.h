// The records of the numbered channels, kept on disk by seq, the newest in memory too. One thread appends (the sequencer's), any thread reads, any thread syncs and retains. Appending
// never waits for the disk to sync: a record can be made again from the journal. Bytes on disk: FORMAT.md in this folder. `streams` is kept in memory alone.
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
#include "cep/record.h"
#include "cep/status.h"

namespace cep::output {

struct OutputLogOptions {
  uint64_t segment_bytes = 64 << 20;
  uint64_t ring_bytes = 8 << 20;         // of the newest records of each channel in memory
  uint64_t live_bytes = 64 << 20;        // of `streams`
  int64_t retain_age_ms = 7ll * 24 * 3600 * 1000;   // of running time, which no wall clock moves; segments are closed after an eighth of it
  uint64_t retain_bytes = 10ull << 30;   // of all channels together
};

struct ChannelPlace {
  uint64_t oldest = 1;   // seq of the oldest record kept; == next: none
  uint64_t next = 1;     // seq of the next record
  uint64_t bytes = 0;    // kept
};

class OutputLog {
 public:
  // Opens or makes the log in `dir`. What was not yet durable and did not survive whole is cut (see cuts(); the replay makes it again); damage in what was durable is an error that
  // names file, offset and the way out. REQUIRES the data directory's lock.
  static Result<std::unique_ptr<OutputLog>> open(base::Env* env, const std::string& dir, const OutputLogOptions& options);
  virtual ~OutputLog() = default;

  // ---- the appending thread
  // One record in the order of its channel. Made before (seq < next at the start): compared; a difference is an error "replay diverged at alerts/57: …" that shows both; one that
  // is kept no longer was sent and is dropped. Otherwise appended: readers see it after publish(). Errors are final: the process must end. Numbered channels: REQUIRES seqs
  // without gaps from 1.
  virtual Status append(const Record& record) = 0;
  // Records of positions up to `position` are what the log holds of them: append() drops them, whatever they are, and the first one behind has the number next[channel]. Before any append.
  // An error: the log ends before.
  virtual Status accept(uint64_t position, const uint64_t (&next)[kChannels]) = 0;
  // Writes what append() has gathered and lets readers see it. Call after each batch.
  virtual Status publish() = 0;
  // When the journal is at its end and records are still to be compared: the log holds more than the journal can make. The status says which.
  virtual Status end_of_replay() = 0;

  // ---- any thread
  // How many records of before have not been made again yet (0: the recovery has reached the log's end).
  virtual uint64_t still_to_compare() const = 0;
  // What was published before the call is durable. For a clean stop, and now and then: damage in what was synced is refused at a start, the rest is cut and made again.
  // After an error the process must end.
  virtual Status sync() = 0;
  // Deletes whole old segments beyond the options' age and size. The newest of a channel goes for its age alone, once it is durable: then the channel is empty and goes on with its
  // next seq. Nothing before the replay has reached the log's end.
  virtual Status retain() = 0;
  // What open() cut, a line for people each: "alerts-….log, offset 4096: torn tail of 17 bytes cut; alerts/57 is made again". Empty: nothing.
  virtual const std::vector<std::string>& cuts() const = 0;

  // Readers. `streams` has places too, in memory alone.
  virtual ChannelPlace place(Channel channel) const = 0;
  // Bytes of the records from seq to the newest, with their LFs (those older than `oldest` not counted). Where seq is no longer in memory it may be 64 KiB too many.
  virtual uint64_t bytes_from(Channel channel, uint64_t seq) const = 0;
  struct Reading {
    uint64_t next = 0;     // the seq that follows: of the first record not looked at
    bool gone = false;     // seq < oldest: nothing was copied
  };
  // Appends records, each with its LF, from `seq` on to *out until it holds max_bytes or the log ends; no record is begun beyond max_bytes. `wants` is asked with the name of the
  // record's pattern or stream. It stops too after kPassedBytesMax of records that were not wanted, so that a rare pattern holds nobody up: the end is reached when `next` is
  // place().next, not when nothing was appended.
  virtual Result<Reading> copy(Channel channel, uint64_t seq, size_t max_bytes, const std::function<bool(std::string_view name)>& wants, std::string* out) const = 0;
  static constexpr size_t kPassedBytesMax = 1 << 20;
};

}  // namespace cep::output

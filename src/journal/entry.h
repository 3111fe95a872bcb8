// What stands in a frame: entries, one behind the other (FORMAT.md, "Entries"). All that can change a result, as content. Every entry but `source` takes a position.
// To the journal's files they are opaque bytes; this is their one codec.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/program.h"
#include "cep/status.h"

namespace cep::journal {

enum class EntryKind : uint8_t {
  kLine = 1,     // an event line without its LF
  kBroken = 2,   // a line that was not taken whole: its length, its first bytes (4 KiB at most) and the reason
  kSource = 3,   // no position: where the lines that follow in this frame come from
  kSession = 4,  // a producer said hello: from here on it has this epoch
  kTick = 5,     // the daemon's clock; before its frame's arrival: since when nothing was read
  kLoad = 6,     // another program from here on
  kSkip = 7,     // the line at `position` is not processed: it is a reject
  kForget = 8,   // a producer's number is forgotten
  kAccepted = 9, // the records that positions up to `position` decided are those of the output log, whatever a replay makes of them
  kReset = 10,   // the clock of a stream goes back to where its right events have brought it
};

inline constexpr size_t kNumberedChannels = 5;   // in the order of cep::Channel

inline constexpr size_t kBrokenBytesMax = 4096;

// Where lines come from. Plain connections: producer empty, first_number 0.
struct Source {
  std::string_view producer;
  std::string_view stream;       // default stream; empty: none
  uint64_t epoch = 0;
  uint64_t first_number = 0;     // of the line that follows; the next ones count on
};

// A file of a load and where it came from.
enum class Origin : uint8_t { kDisk, kApi };

struct Load {
  Program program;
  std::vector<Origin> origins;            // of program.files, one each
  std::vector<std::string> removed;       // files on disk that a person has removed by the API: paths; without a `/` a base name, of journals of before
};

// One entry, read; views point into the frame. Which members hold depends on the kind.
struct Entry {
  EntryKind kind = EntryKind::kLine;
  std::string_view line;         // kLine, kBroken (its first bytes)
  std::string_view reason;       // kBroken, kSkip, kAccepted
  uint64_t length = 0;           // kBroken: of the whole line
  Source source;                 // kSource, kSession, kForget; kReset: its stream
  int64_t now_ms = 0;            // kTick
  uint64_t position = 0;         // kSkip, kAccepted
  std::array<uint64_t, kNumberedChannels> next{};   // kAccepted: the number of each channel's next record behind `position`
  std::string_view body;         // kLoad: for decode_load
};

// Append one entry to *out.
void append_line(std::string_view line, std::string* out);
void append_broken(uint64_t length, std::string_view first_bytes, std::string_view reason, std::string* out);
void append_source(const Source& source, std::string* out);
void append_session(const Source& source, std::string* out);
void append_tick(int64_t now_ms, std::string* out);
// The whole of it.
void append_load(const Load& load, std::string* out);
// Files of the load entry before (null: there is none) whose bytes are the same are named by their content, not written again.
void append_load(const Load& load, const Load* before, std::string* out);
void append_skip(uint64_t position, std::string_view reason, std::string* out);
void append_accepted(uint64_t position, const std::array<uint64_t, kNumberedChannels>& next, std::string_view reason, std::string* out);
void append_forget(std::string_view producer, std::string* out);
void append_reset(std::string_view stream, std::string* out);

// Reads entries one after the other. Never looks beyond the bytes given, whatever they are.
class EntryCursor {
 public:
  explicit EntryCursor(std::string_view payload) : rest_(payload) {}
  // The next entry; false at the end or if the bytes are no entry (then bad() is true).
  bool next(Entry* out);
  bool bad() const { return bad_; }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

// The body of a kLoad entry. `before`: the load entry before it, skipped or not, which holds what this one names by its content; null: there is none, or it is not known. Bytes that
// are no load give an error, and so does a content that `before` does not hold.
Result<Load> decode_load(std::string_view body, const Load* before = nullptr);

}  // namespace cep::journal

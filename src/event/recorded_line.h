// The control lines that only a recorded stream says, printed by `cepctl journal cat` and obeyed by `replay` and `test`:
//   {"_session":{"producer":"gw-7","stream":"s"}}                 of the lines that follow; a member that is missing: none
//   {"_broken":{"line":"…","reason":"…","length":N}}              a line that was not taken whole: its first bytes; "base64" in place of "line" if they are no UTF-8
//   {"_line":"…"}                                                 a line as a client sent it
//   {"_load":{"semantics":1,"limits":{…},"files":[{"name":"…","text":"…"}],"tables":[{"name":"…","text":"…"}]}}
//                                                                 a program from here on; a table that is no UTF-8 has "base64" in place of "text"
//   {"_accepted":{"alerts":58,"timeouts":1,…}}                    the next record of each channel has this number
//   {"_accepted":{"message":"…"}}                                 a record on `limits` says so
//   {"_reset_clock":{"stream":"s"}}                               the clock of a stream goes back to where its right events have brought it
// They hold lines and programs, so the limits of a line are not theirs.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "cep/program.h"
#include "cep/record.h"

namespace cep::event {

inline constexpr size_t kRecordedBytesMax = size_t{1} << 30;

struct RecordedLine {
  enum Kind : uint8_t {
    kNone,     // it is another line: more members than this one, or no JSON
    kSession,  // producer, stream
    kBroken,   // text, reason
    kLine,     // text
    kLoad,     // program
    kAccepted,   // text; or, where it is empty, next
    kReset,    // stream
  } kind = kNone;
  std::string wrong;        // not empty: it begins as one of them and is not of its form
  std::string producer, stream, text, reason;
  Program program;
  uint64_t next[kChannels] = {1, 1, 1, 1, 1, 1};
};

// Whether a line begins as one of them does. The first 64 bytes are enough. Cheap for others.
bool begins_recorded(std::string_view line);
bool begins_load(std::string_view line);

// Reads a line for which begins_recorded() holds.
RecordedLine read_recorded(std::string_view line);

}  // namespace cep::event

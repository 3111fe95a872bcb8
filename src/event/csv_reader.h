// CSV with a header line (RFC 4180) as event lines: each record becomes a JSON object of strings, so that
// everything after it is the same for both formats. Fields are told apart by `,`; quotes may hold `,`, line
// ends and doubled quotes; lines end with LF or CRLF; a BOM at the beginning and blank lines are skipped. An
// empty field without quotes is not carried; `""` is an empty string.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cep/limits.h"

namespace cep::event {

// Views are valid until the next call.
struct CsvRecord {
  uint64_t number = 0;  // of the physical line it begins on, from 1
  bool broken = false;
  std::string_view line;    // the event line; of a broken record its first physical line, cut at 4 KiB
  std::string_view reason;  // of a broken one
};

class CsvReader {
 public:
  explicit CsvReader(const Limits& limits) : limit_(limits.line_bytes) {}

  // More bytes of the file, in pieces of any size; finish() after the last.
  void feed(std::string_view bytes);
  void finish() { finished_ = true; }

  // The next record. False: more bytes are needed, or, after finish(), there are no more. After a broken
  // record (wrong number of fields, stray or open quotes, longer than the limit) reading goes on with the
  // next physical line. A header that cannot be used is one broken record, and nothing comes after it.
  bool next(CsvRecord* record);

 private:
  enum class Scan : uint8_t { kDone, kMore, kBroken };
  struct Field {
    size_t begin = 0;  // in values_
    size_t end = 0;
    bool quoted = false;
  };

  Scan scan_record();
  Scan scan_quoted(size_t* at);
  Scan scan_plain(size_t* at);
  bool skip_rest();
  bool take_header();
  bool write_line();
  bool give_broken(std::string reason, CsvRecord* record);
  void consume(size_t end);
  std::string_view value(const Field& f) const {
    return std::string_view(values_).substr(f.begin, f.end - f.begin);
  }

  size_t limit_;
  std::string buffer_;
  size_t at_ = 0;        // in buffer_: where the next record begins
  size_t end_ = 0;       // after scan_record(): where the one after it begins
  uint64_t number_ = 1;  // physical line at at_
  bool started_ = false;
  bool finished_ = false;
  bool skipping_ = false;  // the rest of a physical line that was too long
  bool has_header_ = false;
  bool dead_ = false;               // the header cannot be used
  std::vector<std::string> names_;  // as JSON strings with their `:`
  std::vector<Field> fields_;
  std::string values_;
  std::string line_;
  std::string reason_;
};

}  // namespace cep::event

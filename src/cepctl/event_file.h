// One file of events as event lines: NDJSON as it is, CSV with a header line as one JSON object a row.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "cep/limits.h"
#include "cepctl/line_reader.h"
#include "event/csv_reader.h"

namespace cep::cepctl {

struct FileLine {
  std::string_view text;    // all three are valid until the next call
  bool broken = false;      // cannot be taken whole: `text` is its beginning
  std::string_view reason;  // why
};

class EventFile {
 public:
  // `format`: "ndjson", "csv" or empty: CSV if the name ends in .csv. `before_wait`: as LineReader::open.
  static Result<std::unique_ptr<EventFile>> open(const std::string& path, const std::string& format,
                                                 const Limits& limits,
                                                 std::function<void()> before_wait = {});

  // False at the end.
  bool next(FileLine* line) {
    if (csv_ != nullptr) return next_row(line);
    const LineReader::Got got = reader_->next(&line->text);
    line->broken = got == LineReader::Got::kTooLong;
    if (line->broken) line->reason = too_long_;
    return got != LineReader::Got::kEnd;
  }
  // Other limits from the next line on (NDJSON).
  void set_limits(const Limits& limits);
  uint64_t file_bytes() const { return reader_->file_bytes(); }
  uint64_t bytes_read() const { return reader_->bytes_read(); }
  const std::string& trouble() const { return reader_->trouble(); }

 private:
  EventFile() = default;
  bool next_row(FileLine* line);

  std::unique_ptr<LineReader> reader_;
  std::unique_ptr<event::CsvReader> csv_;  // null: NDJSON
  bool ended_ = false;
  std::string too_long_;
};

}  // namespace cep::cepctl
